"""Kosmos-2 writes two cells of a 32 x 32 grid for a box."""

import math
import re
from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import Dialect, Reading
from deixis.coordinates.number_scale import Quantum, said_shape
from deixis.coordinates.reading_builder import Collected
from deixis.coordinates.tagged_lists import Tags
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.core.size import Size

GRID = 32
TAGS = Tags(
    label_start="<phrase>", label_end="</phrase>", place_start="<object>", place_end="</object>"
)
PATCH = re.compile(r"<patch_index_(\d{1,6})>")
CUT_PATCH = re.compile(r"<patch_index_\d{0,6}\Z")


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

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(_said(region, size) for region in regions)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        collected = Collected()
        for piece in TAGS.pieces(text):
            before = collected.count
            cells = [int(cell) for cell in PATCH.findall(piece.text)]
            for first, last in zip(cells[::2], cells[1::2], strict=False):
                written = f"<patch_index_{first:04d}><patch_index_{last:04d}>"
                collected.place(_box(first, last, size), label=piece.label, written=written)
            if len(cells) % 2:
                collected.leave(f"<patch_index_{cells[-1]:04d}>")
            collected.leave_places(PATCH.sub(" ", piece.text))
            cut = CUT_PATCH.search(piece.text)
            if cut is not None:
                collected.leave(cut.group())
            if piece.is_place and collected.count == before:
                collected.leave(piece.written)
        return collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return Quantum(x=2 * size.width / GRID, y=2 * size.height / GRID)


def _said(region: Region, size: Size) -> str:
    box = said_shape(region, size, Kosmos2Dialect.kinds)
    assert isinstance(box, Box)
    left, right = _cells(box.x0 / size.width, box.x1 / size.width)
    top, bottom = _cells(box.y0 / size.height, box.y1 / size.height)
    first, last = top * GRID + left, bottom * GRID + right
    return TAGS.say(f"<patch_index_{first:04d}><patch_index_{last:04d}>", region.label)


def _cells(start: float, end: float) -> tuple[int, int]:
    """Both ends of a range lie in these cells; a range without extent lies in one cell."""
    first = min(math.floor(start * GRID), GRID - 1)
    return (first, max(math.ceil(end * GRID - 1), first))


def _box(first: int, last: int, size: Size) -> Box | None:
    if max(first, last) >= GRID * GRID:
        return None
    (top, left), (bottom, right) = divmod(first, GRID), divmod(last, GRID)
    if right < left or bottom < top:
        return None
    inset = 0.0 if left == right or top == bottom else 0.5
    across, down = size.width / GRID, size.height / GRID
    return Box(
        x0=(left + inset) * across,
        y0=(top + inset) * down,
        x1=(right + 1 - inset) * across,
        y1=(bottom + 1 - inset) * down,
    )
