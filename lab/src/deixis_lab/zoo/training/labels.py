"""What every patch of a scene shows, as class numbers; -1 where a question has no answer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import final

import numpy as np
from jaxtyping import Bool, Float64, Int16, UInt8

from deixis.marks import NAMED
from deixis_lab.things.grounds import ground_names
from deixis_lab.things.names import thing_names
from deixis_lab.things.told_colours import GRAY
from deixis_lab.world.colours import INKS
from deixis_lab.world.glyphs import CAPITAL, letter_advance
from deixis_lab.world.plan import (
    CAPITAL_SHARE,
    SIDE,
    SQUEEZE,
    TURN,
    cosine,
    sine,
    word_width,
)
from deixis_lab.world.scene import SIGN, Scene
from deixis_lab.world.shown import Shown
from deixis_lab.world.words import LETTERS, LONGEST
from deixis_lab.zoo.training.scene_mark import KINDS, SceneMark

NONE = -1
SHOWN = 10  # of the 64 pixels of a patch, for a thing to be what the patch shows
INKED = 2  # pixels' worth of ink that make a patch show a mark
MAX_OWNERS = 32
REACHES = 48  # steps across the picture in which a box's reach is told
PLACES = 12  # columns and rows of the picture in which a patch can be
MOST_ALIKE = 6  # that are told apart by number
LETTER_REACH = 60  # a letter's patches lie within this many 1/100 of a patch of its middle
NAMES = (*(named.name for named in thing_names()), SIGN)
COLOURS = (*INKS, GRAY)
GROUNDS = ground_names(photographs=True)
NUM_CLASSES = {
    "name": len(NAMES),
    "colour": len(COLOURS),
    "stuff": len(GROUNDS),
    "letter": len(LETTERS),
    "spelling": len(LETTERS) + 1,
    "count": MOST_ALIKE + 1,
    "reach": REACHES + 1,
    "mark_kind": len(KINDS) + 1,
    "mark_colour": len(NAMED) + 1,
    "ink_kind": len(KINDS) + 1,
    "ink_colour": len(NAMED) + 1,
    "place": PLACES,
}


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PatchLabels:
    """A class a patch, row by row. `spelling` has a letter for each place in the sign's text.

    `reach` is how far the box around what is seen of its thing reaches from the patch's middle, to
    the left, up, to the right and down: what shows it moves with the thing. `place` is the patch's
    own column and row.
    `owner` is the place in the scene's `owners` of what a patch shows, `count` how many things of
    its name there are. Marks count from 1; 0 is a patch whose thing has none; ground has no answer.
    `ink` is the mark that is drawn over the patch itself, whatever it points at; 0 where there is
    none.
    """

    owner: Int16[np.ndarray, " patch"]
    name: Int16[np.ndarray, " patch"]
    colour: Int16[np.ndarray, " patch"]
    stuff: Int16[np.ndarray, " patch"]
    letter: Int16[np.ndarray, " patch"]
    spelling: Int16[np.ndarray, "patch place"]
    reach: Int16[np.ndarray, "patch 4"]
    count: Int16[np.ndarray, " patch"]
    mark_kind: Int16[np.ndarray, " patch"]
    mark_colour: Int16[np.ndarray, " patch"]
    ink_kind: Int16[np.ndarray, " patch"]
    ink_colour: Int16[np.ndarray, " patch"]
    place: Int16[np.ndarray, "patch 2"]

    def as_dict(self) -> dict[str, np.ndarray]:
        """By name, as they travel between processes."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def stacked(labels: Sequence[PatchLabels]) -> dict[str, np.ndarray]:
    """Each kind of label by its name, a row a picture."""
    rows = [one.as_dict() for one in labels]
    return {key: np.stack([row[key] for row in rows]) for key in rows[0]}


def label_patches(
    scene: Scene,
    marks: Sequence[SceneMark],
    inks: Sequence[UInt8[np.ndarray, "row column"]],
    *,
    patch: int,
) -> PatchLabels:
    """The classes of all patches of a scene with these marks over it, drawn with these inks."""
    plan, first = scene.plan, len(scene.plan.stuff)
    shown = _shown_owners(scene.owners, first, patch)
    named, colouring, grounds = _numbers()
    tables = {
        key: np.full(first + len(plan.things), NONE, dtype=np.int16)
        for key in ("name", "colour", "stuff", "count")
    }
    spelling = np.full((first + len(plan.things), LONGEST), NONE, dtype=np.int16)
    edges = np.full((first + len(plan.things), 4), np.nan)
    for place, stuff in enumerate(plan.stuff):
        tables["stuff"][place] = grounds[stuff.name]
    letter = np.full(shown.shape, NONE, dtype=np.int16)
    for owner, thing in enumerate(plan.things, start=first):
        tables["name"][owner] = named[thing.name]
        edges[owner] = _edges(scene.owners == owner)
        tables["colour"][owner] = NONE if thing.colour is None else colouring[thing.colour]
        tables["count"][owner] = min(scene.count(thing.name), MOST_ALIKE)
        if thing.text is not None:
            spelling[owner] = _spelled(thing.text)
            _place_letters(thing, thing.text, shown == owner, letter)
    kinds, colours = (np.zeros(first + len(plan.things), dtype=np.int16) for _ in range(2))
    kinds[:first] = colours[:first] = NONE
    inked = np.zeros((2, *shown.shape), dtype=np.int16)
    for mark, ink in zip(marks, inks, strict=True):
        kind, colour = KINDS.index(mark.kind) + 1, tuple(NAMED).index(mark.colour) + 1
        kinds[mark.owner], colours[mark.owner] = kind, colour
        inked[:, _covered(ink, patch)] = [[kind], [colour]]
    return PatchLabels(
        owner=shown,
        **{key: table[shown] for key, table in tables.items()},
        letter=letter,
        spelling=spelling[shown],
        reach=_reach(edges[shown]),
        mark_kind=kinds[shown],
        mark_colour=colours[shown],
        ink_kind=inked[0],
        ink_colour=inked[1],
        place=(_middles(len(shown)) * PLACES).astype(np.int16),
    )


def _covered(ink: UInt8[np.ndarray, "row column"], patch: int) -> Bool[np.ndarray, " patch"]:
    """The patches that a mark's ink covers enough to be seen."""
    rows = ink.shape[0] // patch
    sums = ink.reshape(rows, patch, rows, patch).sum(axis=(1, 3), dtype=np.int64)
    return (sums >= INKED * 255).ravel()


def _shown_owners(
    owners: UInt8[np.ndarray, "row column"], first_thing: int, patch: int
) -> Int16[np.ndarray, " cell"]:
    """As `patch_owners`, but of a patch's things the largest is shown even beside more ground."""
    rows = owners.shape[0] // patch
    cells = np.arange(rows * rows).reshape(rows, rows).repeat(patch, axis=0).repeat(patch, axis=1)
    keys = (cells * MAX_OWNERS + owners).ravel()
    counts = np.bincount(keys, minlength=rows * rows * MAX_OWNERS).reshape(-1, MAX_OWNERS)
    things = counts[:, first_thing:]
    has_thing = things.max(axis=1) * 64 >= SHOWN * patch * patch
    return np.where(has_thing, things.argmax(axis=1) + first_thing, counts.argmax(axis=1)).astype(
        np.int16
    )


def _edges(is_seen: Bool[np.ndarray, "row column"]) -> list[float]:
    """The box around what is seen of a thing, as shares of the picture."""
    across, down = np.flatnonzero(is_seen.any(axis=0)), np.flatnonzero(is_seen.any(axis=1))
    if not across.size:
        return [np.nan] * 4
    ends = np.array([across[0], down[0], across[-1] + 1, down[-1] + 1])
    shares: list[float] = (ends / len(is_seen)).tolist()
    return shares


def _middles(num_patches: int) -> Float64[np.ndarray, "patch 2"]:
    """Where the middles of a picture's patches are, as shares of it, row by row."""
    rows = math.isqrt(num_patches)
    cells = np.arange(num_patches)
    return (np.stack([cells % rows, cells // rows], axis=1) + 0.5) / rows


def _reach(edges: Float64[np.ndarray, "patch 4"]) -> Int16[np.ndarray, "patch 4"]:
    """From each patch's middle to the edges of its thing, in 1/REACHES of the picture."""
    across = np.tile(_middles(len(edges)), 2)
    reach = (edges - across) * np.array([-1, -1, 1, 1]) * REACHES
    return np.where(np.isnan(reach), NONE, reach.clip(0, REACHES).round()).astype(np.int16)


def _spelled(text: str) -> Int16[np.ndarray, " place"]:
    """The number of each letter, from 1; 0 after the last."""
    numbers = np.zeros(LONGEST, dtype=np.int16)
    numbers[: len(text)] = [LETTERS.index(letter) + 1 for letter in text]
    return numbers


def _place_letters(
    sign: Shown, text: str, is_sign: np.ndarray, letter: Int16[np.ndarray, " cell"]
) -> None:
    """Write into `letter` the nearest letter of each of the sign's patches."""
    cells = np.flatnonzero(is_sign)
    if not cells.size:
        return
    cell = SIDE / math.isqrt(is_sign.size)
    middles = _middles(is_sign.size)[cells] * SIDE
    unit = sign.side * CAPITAL_SHARE / 100
    advances = [letter_advance(symbol) * SQUEEZE * unit / (100 * CAPITAL) for symbol in text]
    ends = np.cumsum(advances) - word_width(text) * unit / (2 * CAPITAL)
    along = ends - np.array(advances) / 2
    turn = np.array([cosine(sign.degrees), sine(sign.degrees)]) / TURN
    places = np.array([sign.x, sign.y]) + along[:, None] * turn
    distances = np.linalg.norm(middles[:, None] - places[None], axis=2)
    is_near = distances.min(axis=1) * 100 < LETTER_REACH * cell
    numbers = np.array([LETTERS.index(symbol) for symbol in text])
    letter[cells[is_near]] = numbers[distances.argmin(axis=1)][is_near]


@cache
def _numbers() -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Class numbers of names, colours and stuff."""
    lists = (NAMES, COLOURS, GROUNDS)
    named, inks, grounds = ({n: i for i, n in enumerate(items)} for items in lists)
    return named, inks, grounds
