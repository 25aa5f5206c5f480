"""Deixis' own rows are JSON lines, or a JSON list: a picture a row, with its regions by slots; or
a folder of such files, as label mode keeps them, a file a picture.

They are the rows of docs/data.md, whose turns and other fields are not looked at; each region is
what docs/region.schema.json says, and nothing is lost.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, final

from typing_extensions import override

from deixis.core import json_lines, region_json
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_text
from deixis.core.region import KINDS, Region
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.glance import glance
from deixis.data.adapters.losses import LossTally
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.fields import BadRowError, Record, list_of, record_of, text_of
from deixis.data.reading.fields import regions_of as slots_of
from deixis.data.reading.fields import size_of as sides_of
from deixis.data.reading.json_rows import rows_of
from deixis.data.reading.pictures import PictureFolders

ONE_PICTURE = ".regions.jsonl"  # the end of a file's name that is one picture's


@final
class RegionRows(Adapter):
    """Deixis' own rows, a picture a row."""

    card: ClassVar[FormatCard] = FormatCard(
        title="Deixis' rows",
        origin="docs/data.md",
        form="a .jsonl, or a .json that is a list; to read, a folder of .regions.jsonl too",
        frame="pixels",
        kinds=tuple(KINDS.values()),
        words=region_json.WORDS,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        first = next(path.rglob(f"*{ONE_PICTURE}"), None) if path.is_dir() else path
        return first is not None and glance(first).first_has("", "image", "regions")

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        folders = own_folders(path, images)
        for file in _files(path):
            bad = BadRows(file, on_bad)
            for number, read in numbered(file):
                with bad.left_out(number):
                    row = record_of(read())
                    name = text_of(row, "image")
                    yield Annotated(
                        image=name,
                        path=folders.find(name),
                        size=own_size(row),
                        regions=tuple(_regions(row)),
                    )

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        lines = []
        for held in losses.held(rows, cls.card):
            size = held.row.size
            sides = {} if size is None else {"size": [size.width, size.height]}
            regions = {
                f"r{place}": region_json.to_record(region)
                for place, region in enumerate(held.regions, start=1)
            }
            lines.append(json_lines.line({"image": held.row.image, **sides, "regions": regions}))
        write_rows(path, lines)
        return losses.told()


def numbered(path: Path) -> Iterator[tuple[int, Callable[[], Any]]]:  # Any: what JSON holds
    """Rows come with their numbers in the file, each as what reads it; BadRowError where it is not
    JSON.
    """
    rows = rows_of(path)
    with rows.opened() as file:
        for place in range(len(rows)):
            yield int(rows.numbers[place]), partial(rows.row_in, file, place)


def own_folders(file: Path, images: Path | None) -> PictureFolders:
    """Pictures lie in `images` beside the file, or beside it, or in it where it is a folder."""
    return PictureFolders(given=images, usual=(file.parent / "images", file.parent, file))


def own_size(row: Record) -> Size | None:
    """A row may say how large its picture is, as [width, height]."""
    if "size" not in row:
        return None
    sides = list_of(row, "size")
    if len(sides) != 2:
        raise BadRowError("'size' is [width, height]")
    return sides_of(dict(zip(("width", "height"), sides, strict=True)))


def write_rows(path: Path, lines: list[str]) -> None:
    """Lines are written as JSON lines, or as a list where the file is called .json."""
    if path.suffix == ".json":
        inner = ",\n".join(line.rstrip("\n") for line in lines)
        lines = [f"[\n{inner}\n]\n"]
    make_folder(path.parent)
    write_text(path, "".join(lines))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.rglob(f"*{ONE_PICTURE}"))
    if not files:
        raise UsageError(f"there is no {ONE_PICTURE} in {str(path)!r}")
    return files


def _regions(row: Record) -> Iterator[Region]:
    if isinstance(row.get("regions"), list):
        yield from (region_json.from_record(one) for one in row["regions"])
        return
    yield from slots_of(row).values()
