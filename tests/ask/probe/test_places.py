import math

import pytest

from deixis.ask.probe.exactness import exactness
from deixis.testing.simulated import kinds
from tests.ask.probe.answering import asked
from tests.long import all_long_but

ERRORS = {"error": 0.02, "wrong": 0.1, "refused": 0.1}
QUICK = ("gemini",)


@pytest.mark.parametrize("name", all_long_but(QUICK, kinds()))
def test_each_kind_of_model_is_found_in_24_calls(name):
    kind = kinds()[name]
    found = asked(name, **ERRORS)
    verdict = found.verdict
    assert len(found.answers) <= 24
    assert kind.dialect in verdict.dialects if kind.dialect else verdict.reason == "unreadable"
    if verdict.meaning.space is not None:
        assert verdict.order == f"{kind.order} first"


@pytest.mark.long
@pytest.mark.parametrize("name", ["permille", "qwen2_5_vl"])
def test_noise_is_refused(name):
    verdict = asked(name, is_noise=True).verdict
    assert not verdict.is_told
    assert verdict.dialect is None


@pytest.mark.long
def test_a_server_that_mixes_two_spaces_is_refused():
    verdict = asked("permille", mixes="pixels", **ERRORS).verdict
    assert verdict.reason == "mixed"


def test_a_server_that_refuses_is_asked_no_longer():
    found = asked("permille", refused=1.0)
    assert (found.verdict.reason, len(found.answers)) == ("silent", 8)
    assert found.num_refused == 8


@pytest.mark.long
def test_a_resize_that_nobody_knows_is_found_nearly():
    verdict = asked("qwen2_5_vl", provider=_shrinking, **ERRORS).verdict
    assert verdict.dialects == ("qwen2_5_vl",)
    assert verdict.resize.max_pixels == pytest.approx(700_000, rel=0.06)


def _shrinking(size):
    from deixis.core.size import smart_resize

    return smart_resize(size, factor=28, max_pixels=700_000)


def test_exactness_is_measured_with_its_interval():
    found = asked("gemini", error=0.02)
    exact = exactness(found.answers, found.verdict.meaning, seed=0)
    assert exact.error.low <= exact.error.value <= exact.error.high
    assert 0.8 < exact.error.value < 3  # the mean of |normal of 2 %| is 1.6
    assert exact.found.low > 0.5
    assert not math.isnan(exact.overlap.value)


@pytest.mark.long
def test_the_same_seed_asks_the_same():
    one, same = (asked("gemini", seed=2, **ERRORS) for _ in range(2))
    assert [(a.picture.name, a.asked) for a in one.answers] == [
        (a.picture.name, a.asked) for a in same.answers
    ]
