"""Regions that were drawn, or answered, as files of other tools: COCO, LabelMe, and our lines."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deixis.core.region import Region
from deixis.data.adapters import Annotated, write_regions
from deixis.studio.exports.exported import (
    ExportedFile,
    Exporting,
    archive,
    drawn_region,
    pictures_of,
)

FILES = {"coco": "instances.json", "labelme": "labels", "region_lines": "regions.jsonl"}


def annotations(asked: Sequence[Exporting], *, format: str) -> ExportedFile:
    """The pictures and their regions, as an archive that unpacks to what the tool opens."""
    rows = [
        Annotated(
            image=one.picture_name,
            size=one.image.size,
            regions=tuple(_named(name, region) for name, region in _all(one).items()),
        )
        for one in asked
    ]
    folder = "labels/" if format == "labelme" else "images/"
    with tempfile.TemporaryDirectory(prefix="deixis-export-") as place:
        path = Path(place) / FILES[format]
        losses = write_regions(rows, path, format=format)
        found = [path] if path.is_file() else sorted(path.glob("*.json"))
        files = {str(one.relative_to(place)): one.read_bytes() for one in found}
    files |= pictures_of(asked, folder)
    return archive(f"{format}.zip", files.items(), map(str, losses))


def _all(one: Exporting) -> dict[str, Region]:
    """The regions that were drawn, or those of the chosen answer."""
    if one.place is None:
        return one.regions
    told = one.cell.regions
    return {f"answer_{number}": _answered(record) for number, record in enumerate(told, start=1)}


def _answered(record: dict[str, object]) -> Region:
    """A region of an answer, without where it was said there."""
    return drawn_region({key: one for key, one in record.items() if key not in ("start", "end")})


def _named(name: str, region: Region) -> Region:
    """What has no label of its own is labelled by its name."""
    return region if region.label else replace(region, label=name)
