"""Records of pixel prompts, in keys of answers and in folders: kind, layout and card."""

import pytest

from deixis.evals.run_to_folder import called
from deixis.pixel.card import Card, Exported, Gain, PromptSource, Quantised, card_of, to_record
from deixis.pixel.prompts import Layout, build, kind_of, prompts
from tests.frozen import same

LAYOUTS = {
    "plain": Layout(side=24, width=4),
    "8-bit, as torchvision cuts": Layout(
        side=24, width=4, mode="8bit", start="zero", seed=5, crop="torchvision"
    ),
}
CARD = Card(
    sources=(
        PromptSource(
            model="nano", preparation={"processor": "P"}, weights="w" * 16, dtype="bfloat16"
        ),
    ),
    task="svhn",
    steps=7,
    seed=1,
    settings={"kind": "frame", "num": None},
    encoder={"name": "own"},
    gains=(
        Gain(model="nano", benchmark="svhn", num_questions=9, before=1, after=3, low=-1, high=5),
    ),
    quantised=Quantised(outside=0.25, error=0.5),
    exported=Exported(file="pixel.png", outside=0.25, error=0.5, pixels=0.125),
)


def test_each_kind_has_the_record_that_it_had():
    found = {}
    for kind in sorted(prompts.names()):
        for name, layout in LAYOUTS.items():
            prompt = build(kind, layout)
            assert kind_of(prompt) == kind
            record = dict(prompt.record)
            found[f"{kind}, {name}"] = record
            who = {"model": "m", **{f"pixel {part}": told for part, told in record.items()}}
            found[f"{kind}, {name}: called"] = called(who)
    same("pixel_records", found)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_card_is_stored_under_the_fields_that_it_had(layout):
    record = to_record(build("border", layout), CARD, digest="0" * 64)
    assert card_of(record) == CARD
    same(f"pixel_card_{layout.mode}", record)
