"""MolmoPoint writes no numbers of the picture but those of its own vision tokens."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import Dialect
from deixis.coordinates.groups import Grammar, Group
from deixis.coordinates.labels import xml_label
from deixis.coordinates.number_scale import Quantum, said_shape
from deixis.coordinates.point_tags import TAG_NAMES, tag_label
from deixis.coordinates.reading import CUT_OFF, OTHER_WORDS
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.shapes import Point
from deixis.core.size import Size

PATCH, CROP, MARGIN, POOL = 14, 27, 4, 2  # pixels; patches of a crop, of its margins, of a token
OVERVIEW = 14 * 14  # tokens of the whole picture come first, and tell no place
THIRD = 0.33  # as its makers' code has it
TRIPLE = re.compile(r"<POINT_(\d{1,7})> ?<POINT_(\d{1,7})> ?<POINT_(\d{1,7})> ?(\d{0,9})")
TOKEN = re.compile(r"<POINT_(\d{1,7})>")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PatchGrid:
    """A picture has so many rows and columns of patches, tokens in a row, and tokens in all."""

    rows: int
    columns: int
    across: int
    count: int


@final
@dataclass(frozen=True, kw_only=True)
class MolmoPointDialect(Dialect):
    """`<points coords="<POINT_662><POINT_1163><POINT_1172>1<POINT_1162>">cup</point>`.

    A point is a token of the picture, one of its four patches, one of that one's nine parts, and
    its own number; the last token, of the number of all, ends the list. What they mean follows from
    the picture's size and from `max_crops`, which its processor has (24; 64 for screens); where the
    tokens contradict that, all is unread. Tokens are lost where a server skips special tokens.
    Labels are escaped as XML and come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = "<POINT_n> triples: vision token, patch, ninth of it"
    grammar: ClassVar[Grammar] = Grammar(attributes=TAG_NAMES)

    max_crops: int = 24

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return " ".join(self._said(region, size) for region in regions)

    @override
    def parted(self, group: Group) -> list[Group]:
        """Three tokens each are a point."""
        written = group.attributes.get("coords", "")
        if group.form != "attributes" or group.tag not in TAG_NAMES:
            return [group]
        label = tag_label(group)
        found = [
            replace(group, label=label, closed=True, numbers=tuple(map(float, triple.groups()[:3])))
            for triple in TRIPLE.finditer(written)
        ]
        last = TOKEN.findall(TRIPLE.sub("", written))
        if group.cut is not None:
            return [*found, *([group] if last or not found else [])]
        count = tuple(map(float, last[:1]))  # of all vision tokens
        return [replace(one, numbers=one.numbers + count) for one in found] or [group]

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """A triple is a point of the picture's grid."""
        if not self.grammar.takes(group):
            return OTHER_WORDS
        if not group.numbers:
            return CUT_OFF if not group.closed else "no <POINT_n> tokens, which a server may skip"
        grid = patch_grid(size, self.max_crops)
        token, patch, part, *told = (int(number) for number in group.numbers)
        if told and told[0] != grid.count:
            return f"tokens of a picture with {told[0]} vision tokens, this one has {grid.count}"
        patch, part = patch - grid.count - 1, part - grid.count - 1 - POOL * POOL
        if not (OVERVIEW <= token < grid.count and 0 <= patch < 4 and 0 <= part < 9):
            return f"no tokens of a picture with {grid.count} vision tokens"
        row, column = divmod(token - OVERVIEW, grid.across)
        down, across = POOL * row + patch // POOL, POOL * column + patch % POOL
        if down >= grid.rows or across >= grid.columns:
            return "in the padding around the picture"
        x = (across + (part // 3 + 0.5) * THIRD) / grid.columns * size.width
        y = (down + (part % 3 + 0.5) * THIRD) / grid.rows * size.height
        return Point(x=x, y=y)

    @override
    def quantum(self, size: Size) -> Quantum:
        grid = patch_grid(size, self.max_crops)
        # parts stand 0.33 of a patch apart, and the last one 0.345 from its border
        return Quantum(x=0.35 * size.width / grid.columns, y=0.35 * size.height / grid.rows)

    def _said(self, region: Region, size: Size) -> str:
        point = said_shape(region, size, self.kinds)
        assert isinstance(point, Point)
        grid = patch_grid(size, self.max_crops)
        across, x_part = _patch_of(point.x / size.width, grid.columns)
        down, y_part = _patch_of(point.y / size.height, grid.rows)
        token = OVERVIEW + down // POOL * grid.across + across // POOL
        patch = grid.count + 1 + down % POOL * POOL + across % POOL
        part = grid.count + 1 + POOL * POOL + 3 * x_part + y_part
        tokens = f"<POINT_{token}><POINT_{patch}><POINT_{part}>1<POINT_{grid.count}>"
        return f'<points coords="{tokens}">{xml_label(region.label)}</point>'


def patch_grid(size: Size, max_crops: int) -> PatchGrid:
    """A picture of this size is cut in crops whose patches are these."""
    inner = CROP - 2 * MARGIN
    margins = 2 * MARGIN * PATCH
    tilings = sorted(
        ((i, j) for i in range(1, max_crops + 1) for j in range(1, max_crops // i + 1)),
        key=lambda tiling: (tiling[0] * tiling[1], tiling[0]),
    )
    scales = [_scale(tiling, size, inner * PATCH, margins) for tiling in tilings]
    enough = [scale for scale in scales if scale >= 1]
    wanted = min(enough) if enough else max(scales)
    down, across = tilings[scales.index(wanted)]
    rows, columns = inner * down + 2 * MARGIN, inner * across + 2 * MARGIN
    width = math.ceil(columns / POOL)
    count = OVERVIEW + math.ceil(rows / POOL) * width
    return PatchGrid(rows=rows, columns=columns, across=width, count=count)


def _scale(tiling: tuple[int, int], size: Size, window: int, margins: int) -> float:
    height, width = size.height - margins, size.width - margins
    down = window * tiling[0] / height if height > 0 else math.inf
    across = window * tiling[1] / width if width > 0 else math.inf
    return min(down, across)


def _patch_of(share: float, count: int) -> tuple[int, int]:
    """A share of the side lies in this patch, nearest to this third of it."""
    patch = min(int(share * count), count - 1)
    part = min(max(round((share * count - patch) / THIRD - 0.5), 0), 2)
    return (patch, part)
