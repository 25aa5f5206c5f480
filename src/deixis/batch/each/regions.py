"""Where the regions come from that a folder's pictures are asked about: a file, a source that
looks, a mapping; or none, and each picture is asked about as a whole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, final

from deixis.batch.each.plan import PlannedPicture
from deixis.batch.plan import pictures_of
from deixis.core import json_lines, region_json
from deixis.core.errors import DeixisError, SampleError
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.data.adapters import regions_of
from deixis.data.adapters.coco import CROWD
from deixis.data.reading.pictures import is_outside, is_there
from deixis.sources import Looking


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RegionFile:
    """Some tool's file of regions; None: its format is recognised. Crowds, which are no single
    thing, are asked about only `with_crowds`.
    """

    path: Path
    format: str | None = None
    with_crowds: bool = False


RegionRecord: TypeAlias = dict[str, Any]  # Any: JSON
Given: TypeAlias = Mapping[str, Sequence[Region]] | RegionFile | Looking | None


def pictures_with_regions(
    pictures: Path, regions: Given, *, looked: Path | None = None
) -> Iterator[PlannedPicture]:
    """The pictures in their order, each with what is asked about in it. What a source finds is kept
    in the file `looked`, and not looked for again.
    """
    if regions is None:
        return _wholes(pictures)
    if isinstance(regions, Looking):
        assert looked is not None
        return _looked(pictures, regions, looked)
    if isinstance(regions, RegionFile):
        return _of_file(pictures, regions)
    return _numbered(pictures, ((name, list(some)) for name, some in regions.items()))


def _wholes(pictures: Path) -> Iterator[PlannedPicture]:
    for name, path in pictures_of(pictures).paths.items():
        yield PlannedPicture(image=name, path=path, regions=(None,), ids=("",))


def _numbered(
    pictures: Path, listed: Iterable[tuple[str, list[Region]]], *, with_crowds: bool = True
) -> Iterator[PlannedPicture]:
    """Regions are numbered through their picture, wherever they are listed and whichever of them
    are left out.
    """
    counts: dict[str, int] = {}
    for name, regions in listed:
        begin = counts.get(name, 0)
        counts[name] = begin + len(regions)
        asked = {
            number: region
            for number, region in enumerate(regions, start=begin)
            if with_crowds or region.source != CROWD
        }
        yield PlannedPicture(
            image=name,
            path=pictures / name,
            regions=tuple(asked.values()),
            ids=tuple(map(str, asked)),
            error=_missing(pictures, name),
            num_crowds=len(regions) - len(asked),
        )


def _missing(pictures: Path, name: str) -> str | None:
    if is_outside(name):
        return f"the image {name!r} lies outside of {pictures}"
    return None if is_there(pictures / name) else f"there is no image {name!r} in {pictures}"


def _of_file(pictures: Path, file: RegionFile) -> Iterator[PlannedPicture]:
    """The pictures of a file; a bad row of it is a row that says so."""
    bad: list[SampleError] = []
    found = regions_of(file.path, format=file.format, images=pictures, on_bad=bad.append)
    listed = ((row.image, list(row.regions)) for row in found)
    for picture in _numbered(pictures, listed, with_crowds=file.with_crowds):
        yield from _told(bad)
        yield picture
    yield from _told(bad)


def _told(bad: list[SampleError]) -> Iterator[PlannedPicture]:
    for error in bad:
        where = str(error).partition(": ")[0]
        yield _unknown(where, Path(), str(error))
    bad.clear()


def _looked(pictures: Path, looking: Looking, looked: Path) -> Iterator[PlannedPicture]:
    known = _known(looked)
    with looked.open("ab") as kept:
        for name, path in pictures_of(pictures).paths.items():
            if name in known:
                yield _seen(name, path, known.pop(name))
                continue
            found = _found(looking, path)
            if isinstance(found, str):
                yield _unknown(name, path, found)
                continue
            kept.write(json_lines.line({"image": name, "regions": found}).encode())
            kept.flush()
            yield _seen(name, path, found)


def _seen(name: str, path: Path, records: list[RegionRecord]) -> PlannedPicture:
    regions = tuple(region_json.from_record(one) for one in records)
    ids = tuple(map(str, range(len(regions))))
    return PlannedPicture(image=name, path=path, regions=regions, ids=ids)


def _found(looking: Looking, path: Path) -> list[RegionRecord] | str:
    """What is found in a picture, or why it cannot be looked at."""
    try:
        return [region_json.to_record(one) for one in looking(open_image(path))]
    except DeixisError as problem:
        return str(problem)


def _unknown(name: str, path: Path, error: str) -> PlannedPicture:
    """A picture that could not be looked at is one row, with the reason."""
    return PlannedPicture(image=name, path=path, regions=(None,), ids=("",), error=error)


def _known(looked: Path) -> dict[str, list[RegionRecord]]:
    """What was found before; a line that a kill has torn is cut off."""
    if not looked.exists():
        return {}
    content = looked.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        with looked.open("r+b") as file:
            file.truncate(len(whole))
    rows = [json.loads(line) for line in json_lines.lines(whole)]
    return {row["image"]: row["regions"] for row in rows}
