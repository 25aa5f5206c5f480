import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deixis.core.errors import UnknownNameError, UsageError
from deixis.data.mixtures import Mixture, Part, read_mixture
from tests.data.published import FIXTURES, opened

VIP, LABELME, COCO = (opened(name) for name in ("vip_llava_instruct", "labelme", "coco_instances"))


def mixture(*weights, seed=0):
    sets = zip((VIP, LABELME, COCO), weights, strict=False)
    parts = (Part(name=d.path.name, dataset=d, weight=weight) for d, weight in sets)
    return Mixture(parts=tuple(parts), seed=seed)


def places(mixed, begin, end):
    return [mixed.at(position) for position in range(begin, end)]


def test_a_weight_of_one_is_every_row_once_an_epoch():
    mixed = mixture(1, 1, 1)
    assert mixed.num_an_epoch == 21
    for epoch in range(3):
        found = places(mixed, 21 * epoch, 21 * (epoch + 1))
        assert len({(place.part, place.index) for place in found}) == 21
        assert {place.epoch for place in found} == {epoch}


def test_weights_are_kept_in_every_epoch():
    mixed = mixture(0.5, 2, 1)
    for epoch in range(4):
        found = places(mixed, 24 * epoch, 24 * (epoch + 1))
        assert Counter(place.part for place in found) == {0: 5, 1: 16, 2: 3}


def test_what_an_epoch_leaves_out_comes_in_the_next():
    mixed = mixture(0.5, 1)
    found = [place.index for place in places(mixed, 0, 26) if place.part == 0]
    assert sorted(found) == list(range(10))


def test_more_than_once_is_every_row_as_often():
    found = [place.index for place in places(mixture(3, 1), 0, 38) if place.part == 0]
    assert set(Counter(found).values()) == {3}


@settings(max_examples=20)
@given(st.integers(0, 2**40), st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_a_place_depends_on_seed_and_position_alone(seed, positions):
    mixed, again = (mixture(0.3, 1, 2.5, seed=seed) for _ in "ab")
    forwards = {position: mixed.at(position) for position in sorted(positions)}
    assert forwards == {position: again.at(position) for position in reversed(positions)}


def test_each_epoch_and_each_seed_has_its_own_order():
    mixed = mixture(1, 1, 1)
    first, second = ([(p.part, p.index) for p in places(mixed, b, b + 21)] for b in (0, 21))
    other = [(p.part, p.index) for p in places(mixture(1, 1, 1, seed=1), 0, 21)]
    assert len({tuple(order) for order in (first, second, other)}) == 3


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(weight):
    with pytest.raises(UsageError, match="weight is above 0"):
        mixture(weight)


def test_no_parts_are_refused():
    with pytest.raises(UsageError, match="at least one part"):
        Mixture(parts=())
    with pytest.raises(UsageError, match="0 or more"):
        mixture(1, seed=-1)


def written(tmp_path, *parts):
    file = tmp_path / "mixture.json"
    file.write_text(json.dumps({"parts": parts}))
    return file


def test_a_file_says_what_is_mixed(tmp_path):
    folder = str(FIXTURES / "labelme")
    file = written(
        tmp_path,
        {"format": "labelme", "path": folder, "weight": 2, "name": "mine"},
        {"format": "visual7w", "path": str(FIXTURES / "visual7w"), "split": "train"},
    )
    mixed = read_mixture(file, seed=3)
    assert [(p.name, p.num_an_epoch) for p in mixed.parts] == [("mine", 16), ("visual7w", 2)]
    assert mixed.seed == 3


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"format": "labelme"}, "part 1: it has no 'path'"),
        ({"format": "labelme", "path": "x", "wieght": 1}, "did you mean 'weight'"),
        ({"format": "labelme", "path": "x", "weight": "2"}, "'weight' needs numbers"),
        (7, "a part is an object"),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path, part, reason):
    with pytest.raises(UsageError, match=reason):
        read_mixture(written(tmp_path, part))


def test_an_unknown_format_names_the_nearest(tmp_path):
    file = written(tmp_path, {"format": "labelmee", "path": "x"})
    with pytest.raises(UnknownNameError, match="did you mean 'labelme'"):
        read_mixture(file)


def test_a_file_that_is_no_mixture_is_told(tmp_path):
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(UsageError, match="is not a mixture"):
        read_mixture(Path(tmp_path / "a.json"))
