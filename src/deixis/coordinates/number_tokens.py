"""Numbers are tokens of their own: Florence-2, LocateAnything, Rex-Omni, Kosmos-2."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import Dialect, ScaledDialect
from deixis.coordinates.groups import Grammar, Group
from deixis.coordinates.labels import token_label
from deixis.coordinates.number_scale import (
    NumberScale,
    Quantum,
    binned_scale,
    said_shape,
    whole_scale,
)
from deixis.coordinates.plain_forms import PlainForm, tagged_tokens, tokens_after_name
from deixis.coordinates.reading import CUT_OFF, OTHER_WORDS
from deixis.coordinates.saying import BARE_KINDS, said_numbers
from deixis.coordinates.tagged import REF_BOX, Tags
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.shapes import Box, Point, Polygon
from deixis.core.size import Size

GRID = 32
OBJECT_TAGS = Tags(
    label_start="<phrase>", label_end="</phrase>", place_start="<object>", place_end="</object>"
)
REX_TAGS = Tags(
    label_start="<|object_ref_start|>",
    label_end="<|object_ref_end|>",
    place_start="<|box_start|>",
    place_end="<|box_end|>",
)


@final
class Florence2Dialect(ScaledDialect):
    """`cup<loc_322><loc_417><loc_406><loc_571>`, x first, in the middles of 1000 bins (0-999).

    A polygon is said between `<poly>` and `</poly>`, its rings separated by `<sep>`. Read without
    those tokens, 4 locations are a box, more in fours with ordered corners are boxes of one label,
    other even counts from 6 on (as of its text recognition) a polygon, the rest is unread.
    Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box", "polygon")
    summary: ClassVar[str] = "label<loc_x0><loc_y0><loc_x1><loc_y1>, bins 0-999 of the picture"
    grammar: ClassVar[Grammar] = Grammar(tokens={"loc_": frozenset()}, labels="before")
    plain: ClassVar[tuple[PlainForm, ...]] = (tokens_after_name("loc_"),)

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "".join(_said_after_label(region, self.scale(size)) for region in regions).strip(
            "\n"
        )

    @override
    def parted(self, group: Group) -> list[Group]:
        """Fours with ordered corners are boxes, other counts an outline."""
        numbers = group.numbers
        if group.form == "outline" or len(numbers) == 4 or group.prefix != "loc_":
            return [group]
        fours = in_parts(group, 4)
        whole = [one for one in fours if len(one.numbers) == 4]
        if len(numbers) % 4 in (0, 1, 3) and all(_is_ordered(one.numbers) for one in whole):
            return fours
        return [replace(group, form="outline", parts=(len(numbers),))]

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """Locations are a box or an outline; one alone is neither."""
        if group.form not in ("tokens", "outline") or group.prefix != "loc_":
            return OTHER_WORDS
        if group.form == "tokens" and len(group.numbers) != 4:
            return "a box has four locations"
        return self.scale(size).shape(group, outline=group.form == "outline")

    @override
    def scale(self, size: Size) -> NumberScale:
        return binned_scale(size, bins=1000)


def _said_after_label(region: Region, scale: NumberScale) -> str:
    shape = said_shape(region, scale.size, Florence2Dialect.kinds)
    label = token_label(region.label) or "\n"  # else it would share the label before it
    if not isinstance(shape, Polygon):
        return label + _tokens("loc_", said_numbers(shape, scale))
    rings = (
        [n for x, y in ring for n in scale.said_point(Point(x=x, y=y))] for ring in shape.rings
    )
    return f"{label}<poly>{'<sep>'.join(_tokens('loc_', ring) for ring in rings)}</poly>"


@final
class LocateAnythingDialect(ScaledDialect):
    """`<ref>cup</ref><box><322><417><406><571></box>`, a point as `<box><364><494></box>`.

    0-1000 of the picture, x first; one label counts for all boxes that follow it. Labels are said
    on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "<ref>label</ref><box><x0><y0><x1><y1></box>, 0-1000 of the picture"
    grammar: ClassVar[Grammar] = Grammar(
        tokens={"": frozenset(("box",))}, listed=frozenset(("box",))
    )
    plain: ClassVar[tuple[PlainForm, ...]] = (
        tagged_tokens(("<ref>", "</ref>"), ("<box>", "</box>"), "box"),
    )

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        said = [REF_BOX.say(_tokens("", _numbers(one, self, size)), one.label) for one in regions]
        return _apart(said, regions, "")

    @override
    def is_half(self, group: Group) -> bool:
        """Four tokens are a whole box, though its tag never ends."""
        return len(group.numbers) != 4

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


@final
class RexOmniDialect(ScaledDialect):
    """`<|object_ref_start|>cup<|object_ref_end|><|box_start|><322><417><406><571><|box_end|>`.

    0-999 of the picture, x first, several places of one label with commas between: 2 numbers are a
    point, 4 a box, more an outline. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = (*BARE_KINDS, "polygon")
    summary: ClassVar[str] = "label, <x0><y0><x1><y1> in box tokens, 0-999 of the picture"
    grammar: ClassVar[Grammar] = Grammar(tokens={"": frozenset()}, listed=frozenset(("box_start",)))
    plain: ClassVar[tuple[PlainForm, ...]] = (
        tagged_tokens(
            ("<|object_ref_start|>", "<|object_ref_end|>"),
            ("<|box_start|>", "<|box_end|>"),
            "box_start",
        ),
    )

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        said = [REX_TAGS.say(_tokens("", _numbers(one, self, size)), one.label) for one in regions]
        return _apart(said, regions, ", ")

    @override
    def is_half(self, group: Group) -> bool:
        """Four tokens are a whole box, though its tag never ends."""
        return len(group.numbers) != 4

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """More than four tokens are an outline."""
        if group.form == "tokens" and self.grammar.takes(group) and len(group.numbers) > 4:
            if not group.closed:
                return CUT_OFF
            return self.scale(size).shape(replace(group, parts=()), outline=True)
        return super().shape(group, size)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(999.0, 999.0))


@final
class Kosmos2Dialect(Dialect):
    """`<phrase>cup</phrase><object><patch_index_0330><patch_index_0588></object>`.

    The first cell holds the left upper corner, the second the right lower one; read as
    transformers does: in the middles of the cells, but boxes within one row or column as whole
    cells. Those are off by up to a cell, so the quantum is two; all other edges by half a cell.
    Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box",)
    summary: ClassVar[str] = "two <patch_index_NNNN> tokens, cells of a 32 x 32 grid"
    grammar: ClassVar[Grammar] = Grammar(
        tokens={"patch_index_": frozenset()}, listed=frozenset(("object",))
    )

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(_said_cells(region, size) for region in regions)

    @override
    def parted(self, group: Group) -> list[Group]:
        """Two cells each are a box."""
        return in_parts(group, 2) if group.prefix == "patch_index_" else [group]

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """Two cells are a box."""
        if group.form != "tokens" or group.prefix != "patch_index_":
            return OTHER_WORDS
        if len(group.numbers) != 2:
            return "a box has two cells"
        first, last = map(int, group.numbers)
        return _cell_box(first, last, size)

    @override
    def quantum(self, size: Size) -> Quantum:
        return Quantum(x=2 * size.width / GRID, y=2 * size.height / GRID)


def in_parts(group: Group, count: int) -> list[Group]:
    """So many tokens each are a group of their own; the last may be shorter."""
    found: list[Group] = []
    for i in range(0, len(group.numbers), count):
        spans = group.spans[i : i + count]
        numbers = group.numbers[i : i + count]
        start, end = spans[0][0], spans[-1][1]
        part = replace(group, form="tokens", numbers=numbers, spans=spans, start=start, end=end)
        found.append(part)
    return found


def _apart(said: Sequence[str], regions: Sequence[Region], apart: str) -> str:
    """A place without a label begins a line, else the label before it would be its own."""
    found = said[0] if said else ""
    for one, region in zip(said[1:], regions[1:], strict=True):
        found += (apart if (region.label or "").strip() else "\n") + one
    return found


def _is_ordered(numbers: Sequence[float]) -> bool:
    return numbers[0] <= numbers[2] and numbers[1] <= numbers[3]


def _tokens(prefix: str, numbers: Sequence[float]) -> str:
    return "".join(f"<{prefix}{number}>" for number in numbers)


def _numbers(region: Region, dialect: ScaledDialect, size: Size) -> list[float]:
    shape, scale = said_shape(region, size, dialect.kinds), dialect.scale(size)
    if isinstance(shape, Polygon) and (len(shape.rings) > 1 or len(shape.rings[0]) < 3):
        shape = said_shape(region, size, BARE_KINDS)
    if isinstance(shape, Polygon):
        return [n for x, y in shape.rings[0] for n in scale.said_point(Point(x=x, y=y))]
    return list(said_numbers(shape, scale))


def _said_cells(region: Region, size: Size) -> str:
    box = said_shape(region, size, Kosmos2Dialect.kinds)
    assert isinstance(box, Box)
    left, right = _cells(box.x0 / size.width, box.x1 / size.width)
    top, bottom = _cells(box.y0 / size.height, box.y1 / size.height)
    first, last = top * GRID + left, bottom * GRID + right
    return OBJECT_TAGS.say(f"<patch_index_{first:04d}><patch_index_{last:04d}>", region.label)


def _cells(start: float, end: float) -> tuple[int, int]:
    """Both ends of a range lie in these cells; a range without extent lies in one cell."""
    first = min(math.floor(start * GRID), GRID - 1)
    return (first, max(math.ceil(end * GRID - 1), first))


def _cell_box(first: int, last: int, size: Size) -> Box | str:
    if max(first, last) >= GRID * GRID:
        return f"outside 0..{GRID * GRID - 1}"
    (top, left), (bottom, right) = divmod(first, GRID), divmod(last, GRID)
    if right < left or bottom < top:
        return "the corners are reversed: x1 < x0 or y1 < y0"
    inset = 0.0 if left == right or top == bottom else 0.5
    across, down = size.width / GRID, size.height / GRID
    return Box(
        x0=(left + inset) * across,
        y0=(top + inset) * down,
        x1=(right + 1 - inset) * across,
        y1=(bottom + 1 - inset) * down,
    )


DIALECTS = {
    "florence2": Florence2Dialect,
    "kosmos2": Kosmos2Dialect,
    "locate_anything": LocateAnythingDialect,
    "rex_omni": RexOmniDialect,
}
