"""What a probe beside an encoder's own words comes to: each verdict on features made for it."""

import html
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from typing_extensions import override

import deixis as dx
from deixis.core.errors import UsageError
from deixis.data.entities.entity_set import Entities, EntityPicture
from deixis.evals.statistics.effects import Judged, effect_of
from deixis.priors.encoder_probe import ProbeOptions, gained, probe_encoder, verdict_of
from deixis.priors.encoders import PriorEncoder
from deixis.priors.probe_report import to_record, write_probe

NAMES = 40  # entities: each is one cluster of the intervals


class Made(PriorEncoder):
    """Vectors made for the test: names lie at their own axes, pictures by what is told."""

    has_names = True

    def __init__(self, *, apart, turned=0, noise=0.3):
        self.apart, self.turned, self.noise = apart, turned, noise

    @classmethod
    @override
    def of(cls, argument, load):
        raise NotImplementedError

    @property
    @override
    def record(self):
        return {"encoder": f"made:{self.apart} {self.turned}"}

    @override
    def embed_pictures(self, pictures):
        rows = []
        for one in pictures:
            entity, turn = one.image.pixels[0, 0, :2].tolist()
            draws = torch.Generator().manual_seed(1000 * entity + turn)
            row = self.noise * torch.randn(NAMES + 2, generator=draws)
            row[(entity + self.turned) % NAMES] += self.apart
            rows.append(row)
        return torch.stack(rows)

    @override
    def embed_names(self, texts):
        return torch.eye(NAMES, NAMES + 2)[[int(text.split()[-1]) for text in texts]]


class Wordless(Made):
    has_names = False


def entities(each=8, num=NAMES):
    return Entities(pictures=tuple(shown(n, k) for n in range(num) for k in range(each)))


def shown(name, turn):
    image = dx.Image(pixels=np.full((3, 4, 3), (name, turn, 0), dtype=np.uint8))
    return EntityPicture(entity=f"thing {name}", source=image, content=image.sha256)


def found_of(encoder, each=8, num=NAMES, **options):
    return probe_encoder(entities(each, num), encoder, ProbeOptions(**options))


def test_an_encoder_whose_words_name_them_has_nothing_to_repair():
    verdict = verdict_of(found_of(Made(apart=4.0)))
    assert (verdict.repairs, verdict.word) == (False, "nothing to repair")
    assert "ceiling" in verdict.why


def test_one_that_sees_them_and_names_them_wrong_is_told_so():
    found = found_of(Made(apart=4.0, turned=1))
    verdict = verdict_of(found)
    assert (verdict.repairs, verdict.word) == (False, "it sees them")
    assert found.probe.share == 1
    assert found.own.share < 0.2
    assert found.more.low > 50


def test_one_that_does_not_see_them_is_at_the_floor():
    verdict = verdict_of(found_of(Made(apart=0.0)))
    assert (verdict.repairs, verdict.word) == (None, "not testable")
    assert "floor" in verdict.why


def test_one_that_half_sees_them_may_be_repaired():
    verdict = verdict_of(found_of(Made(apart=0.6)))
    assert (verdict.repairs, verdict.word) == (None, "may be repaired")
    assert "--unfrozen" in verdict.next


def test_one_without_words_is_asked_by_the_means_of_other_pictures():
    found = found_of(Wordless(apart=4.0))
    assert found.by == "prototypes"
    assert found.own.share == 1


def test_few_pictures_tell_nothing():
    verdict = verdict_of(found_of(Made(apart=4.0), each=4, num=6))
    assert (verdict.repairs, verdict.word) == (None, "not testable")
    assert "24 pictures are tried, 40 are needed" in verdict.why


@pytest.mark.parametrize(
    ("points", "repairs", "word"),
    [
        ([1.0] * 30 + [0.0] * 30, True, "there is something to repair"),
        ([0.0] * 400, False, "nothing to repair"),
        ([1.0, -1.0] * 30, None, "too few pictures"),
    ],
)
def test_what_training_gained_decides_where_it_was_tried(points, repairs, word):
    count = len(points)
    judged = Judged(
        values=np.array(points),
        seeds=np.zeros(count, dtype=np.int64),
        clusters=np.arange(count) // 2,
        pictures=np.arange(count),
    )
    found = replace(found_of(Made(apart=0.6)), gain=effect_of(judged))
    verdict = verdict_of(found)
    assert (verdict.repairs, verdict.word) == (repairs, word)


def test_a_better_encoder_gains_on_pictures_that_were_held_out():
    blind, seeing = Wordless(apart=0.3), Wordless(apart=4.0)
    gain = gained(entities(), blind, seeing, ProbeOptions())
    assert gain.num_questions == NAMES * 2
    assert gain.low > 5
    same = gained(entities(), seeing, seeing, ProbeOptions())
    assert same.value == 0


def test_the_page_tells_what_was_found(tmp_path):
    found = found_of(Made(apart=0.6), names=tuple(f"thing {n}" for n in range(9)))
    verdict = write_probe(found, tmp_path, command="deixis prior probe x")
    page = (tmp_path / "index.html").read_text()
    assert verdict.word in page
    assert verdict.next in html.unescape(page)
    assert "taken for thing" in page
    assert "deixis prior probe x" in page
    record = json.loads((tmp_path / "probe.json").read_text())
    assert record == json.loads(json.dumps(to_record(found)))
    assert record["entities"] == 9
    assert record["names"]["share"] == found.own.share
    assert (tmp_path / "README.md").read_text().count("|") > 10


def test_options_that_make_no_sense_are_refused():
    with pytest.raises(UsageError, match="penalties are above 0"):
        ProbeOptions(penalties=(0.1, 0.0))
    with pytest.raises(UsageError, match="the margin is above 0"):
        ProbeOptions(margin=0)
