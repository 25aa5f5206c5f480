"""`find` and `cite` on simulated models, which know nothing of how these two work."""

import math
import statistics
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

import deixis as dx
from deixis.ask.find_prompts import find_prompts
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.models.interface import Question
from deixis.testing.simulated import Manner, kinds, scene, simulated
from tests.long import long, night

SMALL, LARGE = Size(width=1920, height=1080), Size(width=3840, height=2160)
PICTURE = Image(pixels=np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8))
TRUTH = {
    PICTURE: [
        dx.box(10, 6, 30, 18, label="red cup"),
        dx.box(50, 40, 64, 52, label="Save button").named(text="SAVE"),
    ]
}
ASKED = (
    "the Save button",
    "the place that shows the answer to the question “What does the Save button say?”, which is "
    "“SAVE”",
)


def looked(kind, screen, num_scenes, num_things):
    """(off at first, off at last, calls, hit at first, hit at last) of each target."""
    rows = []
    for seed in range(num_scenes):
        shown = scene(screen, num_things=num_things, share=(0.01, 0.04), seed=seed)
        manner = Manner(error=0.01, misled=0.1)
        model = dx.Model(simulated(kind, shown.truth, manner=manner, seed=seed))
        for thing in shown.things:
            first, last = (
                model.find(shown.image, f"the {thing.label}", refine=refine) for refine in (0, 2)
            )
            rows.append((*off(first, thing), *off(last, thing), len(last.trace)))
    return rows


def off(found, thing):
    if found.region is None:
        return math.inf, False
    at, middle, box = found.region.centre(), thing.centre(), thing.box()
    is_hit = box.x0 <= at.x <= box.x1 and box.y0 <= at.y <= box.y1
    return math.hypot(at.x - middle.x, at.y - middle.y), is_hit


@pytest.mark.parametrize("kind", ["gemini", long("qwen3_vl")])
def test_each_of_many_alike_is_nearer_after_looks_of_its_own(kind):
    shown = scene(Size(width=2400, height=1600), num_things=4, share=(0.02, 0.05), seed=3)
    cups = [thing.named(label="blue cup") for thing in shown.things]
    model = dx.Model(simulated(kind, {shown.image: cups}, manner=Manner(error=0.01), seed=1))
    medians = []
    for refine in (0, 2):
        found = model.find(shown.image, "blue cup", kind="box", many=True, refine=refine)
        assert len(found.regions) == 4
        assert len(found.trace) <= 1 + 4 * refine
        offs = [min(off(found_at(one), cup)[0] for cup in cups) for one in found.regions]
        medians.append(statistics.median(offs))
    assert medians[1] < medians[0] / 3


def found_at(region):
    """What `off` needs of a search that found this region."""
    return SimpleNamespace(region=region)


@pytest.mark.parametrize(
    ("kind", "screen", "num_scenes", "num_things"),
    [
        ("qwen3_vl", SMALL, 1, 3),
        long("qwen3_vl", LARGE, 2, 50),
        night("qwen3_vl", LARGE, 20, 50),
    ],
)
def test_looking_again_divides_the_error_by_four_and_loses_nothing(
    kind, screen, num_scenes, num_things
):
    rows = looked(kind, screen, num_scenes, num_things)
    first, was_hit, last, is_hit, calls = zip(*rows, strict=True)
    assert statistics.median(last) * 4 <= statistics.median(first)
    assert max(calls) <= 3
    lost = sum(was and not now for was, now in zip(was_hit, is_hit, strict=True))
    assert lost <= 0.01 * sum(was_hit)


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("what", ASKED)
def test_the_words_of_find_are_understood(kind, what):
    model = simulated(kind, TRUTH)
    dialect = model.kind.dialect
    table = {(prompt.dialect, prompt.kind): prompt for prompt in find_prompts()}
    plain = {"box": "Give the bounding box of the Save button.", "point": "Click the Save button."}
    for form, words in plain.items():
        prompt = table.get((dialect, form)) or table["any", form]
        asked = prompt.words(what, PICTURE.size, many=False)
        told, meant = (
            model.answer(Question(pictures=(PICTURE,), text=text)) for text in (asked, words)
        )
        assert told == meant


@pytest.mark.parametrize(
    ("manner", "verdict"),
    [
        (Manner(error=0.01), "confirmed"),
        (Manner(looks=False), "not needed"),
        (Manner(makes_up_places=True), "unsupported"),
    ],
    ids=["looks", "remembers", "makes places up"],
)
def test_cite_tells_who_looks(manner, verdict):
    verdicts = Counter()
    for seed in range(6):
        shown = scene(Size(width=900, height=700), num_things=8, seed=seed)
        truth = {
            shown.image: [
                thing.named(text=f"word{seed}{number}") for number, thing in enumerate(shown.things)
            ]
        }
        model = dx.Model(simulated("qwen3_vl", truth, manner=manner, seed=seed))
        question = f"What does the {shown.things[0].label} say?"
        verdicts[model.ask(shown.image, question, cite=True).cited.verdict] += 1
    assert verdicts.most_common(1)[0][0] == verdict
    assert verdict == "confirmed" or verdicts["confirmed"] <= 1
