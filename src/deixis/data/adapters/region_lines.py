"""Deixis' own lines hold one region each: a region's JSON (docs/region.schema.json), and with it
`image` and the picture's `size`.

Lines of one picture stand together. A picture without regions is a line with `image` alone. Lines
by other hands may leave `kind` out where one field tells it: {"image": …, "box": [x0, y0, x1, y1]}.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import ClassVar, final

from typing_extensions import override

from deixis.core import json_lines, region_json
from deixis.core.region import KINDS, Region
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.glance import glance
from deixis.data.adapters.losses import LossTally, merged
from deixis.data.adapters.regions import numbered, own_folders, own_size, write_rows
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.fields import BadRowError, Record, record_of, text_of
from deixis.data.reading.pictures import PictureFolders

KIND_OF = {  # the field that tells what a region is
    "point": "point",
    "box": "box",
    "ellipse": "ellipse",
    "rings": "polygon",
    "points": "stroke",
    "counts": "mask",
}


@final
class RegionLines(Adapter):
    """Deixis' own lines, a region a line."""

    card: ClassVar[FormatCard] = FormatCard(
        title="Deixis' lines",
        origin="docs/region.schema.json",
        form="a .jsonl, or a .json that is a list",
        frame="pixels",
        kinds=tuple(KINDS.values()),
        words=region_json.WORDS,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        seen = glance(path)
        if seen.first_has("", "image", "kind"):
            return seen.names[""]["kind"] in KINDS.values()
        return any(seen.first_has("", "image", field) for field in KIND_OF)

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        lines = _lines(path, own_folders(path, images), BadRows(path, on_bad))
        for _, group in groupby(lines, key=lambda line: line.image):
            yield from merged(group)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        lines: list[str] = []
        for held in losses.held(rows, cls.card):
            begin = {"image": held.row.image, **_sides(held.row.size)}
            records = [region_json.to_record(region) for region in held.regions]
            lines += [json_lines.line(begin | record) for record in records or [{}]]
        write_rows(path, lines)
        return losses.told()


def _lines(path: Path, folders: PictureFolders, bad: BadRows) -> Iterator[Annotated]:
    """Each line is a picture with one region, or none."""
    last: Annotated | None = None  # lines of one picture stand together: it is looked for once
    for number, read in numbered(path):
        with bad.left_out(number):
            row = record_of(read())
            name, found, size = text_of(row, "image"), _region(row), own_size(row)
            picture = last.path if last and last.image == name else folders.find(name)
            last = Annotated(image=name, path=picture, size=size, regions=tuple(found))
            yield last


def _region(row: Record) -> list[Region]:
    """A line has a region, or none."""
    if "kind" not in row:
        told = [field for field in KIND_OF if field in row]
        if not told and not set(row) - {"image", "size"}:
            return []
        if len(told) != 1:
            raise BadRowError(
                f"a region has one of the fields {', '.join(KIND_OF)}, got {', '.join(row)}"
            )
        row = {**row, "kind": KIND_OF[told[0]]}
    other = ("image",) if row["kind"] == "mask" else ("image", "size")
    return [region_json.from_record({name: row[name] for name in row if name not in other})]


def _sides(size: Size | None) -> dict[str, list[int]]:
    return {} if size is None else {"size": [size.width, size.height]}
