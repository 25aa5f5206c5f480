"""The model card of a nano model, from what was measured."""

from collections.abc import Mapping

from deixis.train.recipe import Recipe
from deixis_lab.examine.measure import Measured
from deixis_lab.examine.probes import BY_MARK, SAID, TWO, UNDRAWN
from deixis_lab.world.entities import entities
from deixis_lab.world.splits import novel_entities, splits
from deixis_lab.zoo import nano

ROWS = {
    **{label: f"names the thing marked by: {kind}" for kind, label in BY_MARK.items()},
    TWO: "names the one of two marked things that is asked for",
    UNDRAWN: "control: the same question, no mark drawn",
    SAID: "names the thing whose box is said in coordinates",
    "colour": "colour of the marked thing",
    "reading": "reads the lexicon's word on the marked sign",
    "presence": "is it there? (half yes; hard negatives)",
    "counting": "how many, 0 to 6",
    "classification": "the largest thing, of four",
}
HEADER = """\
---
library_name: transformers
pipeline_tag: image-text-to-text
license: apache-2.0
---

# {title}

A vision-language model of {parameters} million weights that knows one small world and nothing
else: the Scenes of Deixis, pictures of 96 x 96 pixels drawn by code. It is there so that code which
points at things can be run, tested and shown anywhere, at once. It is `{model}` of
transformers, and loads there without Deixis.

## What it was taught

{known} of the {all} pictograms by name, ten colours, the kinds of ground, the words on signs, and
eight kinds of drawn marks in nine colours; to answer what is in a mark, its colour, what it says,
whether something is there, how often, and how two marked things lie to one another, in English. How
well it does each is in the table.

## What it does not know

- {novel} pictograms that are held out on purpose ({examples} …); `split="novel_entities"` has them.
- Photographs, and any thing, word or style outside of Scenes: it will name some pictogram.
- Pictures are seen at 96 x 96 pixels; finer detail is lost.

## Numbers

Per cent right, with 95 % intervals clustered by picture, greedy, exact match, on {scenes} scenes of
split `{split}`, seed {seed}, Zipf's exponent {exponent} (0: each pictogram as frequent); training
used seed {trained_seed} of split `train`. Repeat:

    deixis lab card {name} --num {scenes} --exponent {exponent} --out card

| question | right | of |
| --- | --- | --- |
"""


def card(name: str, measured: Measured, stages: Mapping[str, Recipe]) -> str:
    """The card as Markdown."""
    scenes = measured.about["scenes"]
    held_out = [entity.name for entity in novel_entities()]
    text = HEADER.format(
        title=f"Deixis nano: {name}",
        parameters=f"{measured.about['parameters'] / 1e6:.1f}",
        model=measured.about["class"],
        known=len(splits()["train"].entities),
        all=len(entities()),
        novel=len(held_out),
        examples=", ".join(held_out[:4]),
        scenes=measured.num_scenes,
        split=scenes["split"],
        seed=scenes["seed"],
        exponent=f"{scenes['exponent']:g}",
        trained_seed=stages["encoder"].options.world_seed,
        name=nano.called(name),
    )
    lines = [text.rstrip("\n"), *_rows(measured), "", "## How it was made", ""]
    lines += [
        "All data is drawn by code as training asks for it (`deixis_lab.world`); no picture and",
        "no text of anyone else is in it. Stages, each `deixis train nano_STAGE`:",
        "",
        "| stage | steps | pictures a step |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {stage} | {recipe.config.steps} | {recipe.config.batch_size} |"
        for stage, recipe in stages.items()
    ]
    return "\n".join(lines) + "\n"


def _rows(measured: Measured) -> list[str]:
    findings = measured.findings
    rows = [f"| **names the marked thing, mean of the eight** | **{measured.naming:.1f}** | |"]
    rows += [
        f"| {told} | {findings[kind].told} | {findings[kind].asked} |"
        for kind, told in ROWS.items()
        if kind in findings
    ]
    rows.append(
        f"| for comparison: a guess among the things of the picture | {measured.guess:.1f} | |"
    )
    return rows
