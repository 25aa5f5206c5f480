"""The card of a model on Things: every figure by house, and the bars beside them."""

import shlex
from collections.abc import Sequence
from dataclasses import fields

from deixis_lab.examine.things.bars import bars_of
from deixis_lab.examine.things.house_figures import (
    MEAN,
    HouseFigures,
    Record,
    ThingFigures,
    ThingSettings,
)
from deixis_lab.examine.things.scene_trials import (
    BEST,
    BY_MARK,
    COLOUR,
    COUNTING,
    DECLINING,
    ENCODINGS,
    FINDING,
    PRESENCE,
    READING,
    TWO,
    UNMARKED,
)
from deixis_lab.examine.things.tower_alone import TOWER, TOWER_BEST
from deixis_lab.things.artists import ARTISTS

TOLD = {
    **{
        mean: f"**names the marked thing, mean of the eight {s} marks**" for s, mean in MEAN.items()
    },
    **{
        condition: f"names the thing under a mark: {kind}, {style}"
        for style, kinds in BY_MARK.items()
        for kind, condition in kinds.items()
    },
    BEST: "the first word of its name is among the five best of all names' first words",
    UNMARKED: "control: the same question, no mark drawn",
    TWO: "names the one of two marked things that is asked for",
    **{one: f"names the thing {one.removeprefix('naming, ')}" for one in ENCODINGS},
    "naming, box said": "names the thing whose box is said in coordinates",
    FINDING: "says the box of a thing that is named, IoU at least 0.5",
    COLOUR: "colour of a marked thing that is of one colour",
    PRESENCE: "is it there? (half yes; hard negatives)",
    COUNTING: "how many, 0 to 6",
    READING: "reads the word on a marked sign",
    DECLINING: "says of a marked thing that it does not know this",
    TOWER: "the tower names the same drawing, alone on white and as large",
    TOWER_BEST: "the tower has its name among its five best",
}
HEADER = """\
# {name} on Things

{model}

Per cent right, with 95 % intervals clustered by drawing (a name by an artist), greedy, on {num}
scenes of each split of Things: {side} x {side} pixels, seed {seed}, {art} art, Zipf's exponent
{exponent:g}. A name is right if it is the thing's own or a synonym, among all that the model can
say. Regions reach it as `Model.ask` sends them. A *clear* mark is what users get who choose nothing
but a shape; a *plain* one has a colour by lot. Other ways show the thing's mask in every second
scene, its box in the others. The tower is {tower}. Repeat:

    {command}
"""


def thing_card(name: str, figures: ThingFigures, *, command: str) -> str:
    """The card as Markdown."""
    about = figures.about
    head = HEADER.format(
        name=name,
        model=_told(about),
        num=figures.houses[0].num_scenes if figures.houses else 0,
        side=about["side"],
        seed=about["seed"],
        art=about["art"],
        exponent=about["exponent"],
        tower="the one that ships" if about["tower"] is None else f"`{about['tower']}`",
        command=command,
    )
    lines = [*head.splitlines(), "", *_summary(figures.houses)]
    for house in figures.houses:
        lines += ["", f"## {title(house)}", "", *_table(house)]
    rows = [row for house in figures.houses for row in _artists(house)]
    if rows:
        lines += ["", "## By artist", "", *ARTIST_HEAD, *rows]
    return "\n".join(lines) + "\n"


def _told(about: Record) -> str:
    """What was examined: a class, and how many weights where that is known."""
    weights = "" if about["parameters"] is None else f" of {about['parameters']:,} weights"
    return f"A `{about['class']}`{weights}."


ARTIST_HEAD = (
    "A star marks artists of houses that training never met.",
    "",
    "| artist | clear marks, mean of the eight | of | the tower, the drawing alone | of | share |",
    "| --- | --- | ---: | --- | ---: | ---: |",
)


def command_of(model: str, settings: ThingSettings) -> str:
    """The command that repeats it; what is as usual is left out."""
    usual = {field.name: field.default for field in fields(settings)}
    options = {
        "num": str(settings.num_scenes),
        "art": settings.art,
        "seed": str(settings.seed) if settings.seed != usual["seed"] else "",
        "size": str(settings.side) if settings.side != usual["side"] else "",
        "exponent": f"{settings.exponent:g}" if settings.exponent != usual["exponent"] else "",
        "split": ",".join(settings.splits) if settings.splits != usual["splits"] else "",
        "tower": str(settings.tower or ""),
    }
    said = [part for name, value in options.items() if value for part in (f"--{name}", value)]
    return shlex.join(["deixis", "lab", "card", model, *said, "--out", "card"])


def title(house: HouseFigures) -> str:
    """What a split is of, in plain words."""
    names = "Names that training never met, by" if house.is_new else "By"
    kind = "artists that training met" if house.is_seen else "artists of houses that it never met"
    return f"{names} {kind}: {', '.join(house.artists)} (`{house.split}`)"


def missed(house: HouseFigures) -> list[str]:
    """The conditions of a split that miss their bars."""
    return [bar.condition for bar in bars_of(house).values() if not bar.is_met]


def _summary(houses: Sequence[HouseFigures]) -> list[str]:
    """How many bars are met, split by split."""
    lines = ["| split | bars met | missed |", "| --- | ---: | --- |"]
    for house in houses:
        lost, total = missed(house), len(bars_of(house))
        lines.append(f"| `{house.split}` | {total - len(lost)} of {total} | {'; '.join(lost)} |")
    return lines


def _table(house: HouseFigures) -> list[str]:
    bars = bars_of(house)
    lines = ["| question | right | of | it should be | |", "| --- | --- | ---: | --- | --- |"]
    for row in house.findings.rows:
        bar = bars.get(row.condition)
        judged = " | " if bar is None else f"{bar.wanted} | {'met' if bar.is_met else '**missed**'}"
        lines.append(f"| {TOLD[row.condition]} | {row.told} | {row.asked} | {judged} |")
    lines.append(
        f"| for comparison: a guess among the things of the picture | {house.guess:.1f} | | | |"
    )
    if house.num_failed:
        lines += ["", f"{house.num_failed} questions had no answer, and do not count."]
    return lines


def _artists(house: HouseFigures) -> list[str]:
    held_out = {artist.name for artist in ARTISTS if artist.is_held_out}
    rows = []
    for row in house.by_artist.rows:
        name = row.condition + ("*" if row.condition in held_out else "")
        alone = house.tower_by_artist
        if row.condition not in alone:
            rows.append(f"| {name} | {row.told} | {row.asked} | | | |")
            continue
        tower = alone[row.condition]
        share = f"{row.value / tower.value:.0%}" if tower.value else ""
        rows.append(
            f"| {name} | {row.told} | {row.asked} | {tower.told} | {tower.asked} | {share} |"
        )
    return rows
