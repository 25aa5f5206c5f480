"""Entities are read from a folder with a folder each, from a JSON list, or from a data set's
regions.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deixis.core import region_json
from deixis.core.errors import DeixisError, UsageError
from deixis.data.entities.entity_set import (
    LEAST_SIDE,
    CandidatePicture,
    Entities,
    check_names,
    checked,
)
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.json_rows import LINES, rows_of
from deixis.data.reading.pictures import is_outside

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
LISTS = (".json", LINES)
NAMING = "naming"  # the kind of sample that says what a region is


def read_entities(
    path: Path,
    *,
    images: Path | None = None,
    form: str | None = None,
    split: str | None = None,
    least_side: int = LEAST_SIDE,
) -> Entities:
    """A folder or a file gives its entities.

    A folder holds a folder of pictures for each entity, named like it ("golden_gate" is "golden
    gate"). A list has rows {"entity": NAME, "image": FILE} or "images": [FILE, …], and may have a
    "region"; files lie in `images`, or beside the list. `form` names a format of `deixis.data` that
    names regions (coco_instances, coco_panoptic, labelme): each is a picture of its name.
    """
    if form is not None:
        return checked(_of_dataset(path, images, form, split), least_side=least_side)
    if path.is_dir():
        folders = [folder for folder in sorted(path.iterdir()) if _is_shown(folder)]
        named = [spoken(folder.name) for folder in folders if folder.is_dir()]
        check_names(named, "entities")
        return checked(_of_folders(folders), names=named, least_side=least_side)
    if path.suffix not in LISTS:
        raise UsageError(
            f"entities are a folder with a folder of pictures each, or a list ({', '.join(LISTS)})"
            f", got {str(path)!r}"
        )
    return checked(_of_list(path, images or path.parent), least_side=least_side)


def spoken(folder: str) -> str:
    """A folder's name is said as a name."""
    return " ".join(folder.replace("_", " ").split())


def _is_shown(path: Path) -> bool:
    return not path.name.startswith(".")


def _of_folders(folders: list[Path]) -> Iterator[CandidatePicture]:
    for folder in folders:
        if folder.is_dir():
            for file in sorted(folder.rglob("*")):
                if file.suffix.lower() in PICTURES and _is_shown(file):
                    yield CandidatePicture(entity=spoken(folder.name), source=file)


def _of_list(path: Path, images: Path) -> Iterator[CandidatePicture]:
    rows = rows_of(path)
    for place in range(len(rows)):
        number = int(rows.numbers[place])
        try:
            yield from _of_row(rows.row(place), images)
        except (BadRowError, DeixisError) as problem:
            raise UsageError(f"{path}, row {number}: {problem}") from None


def _of_row(row: Any, images: Path) -> Iterator[CandidatePicture]:  # Any: what JSON holds
    if not isinstance(row, dict) or not isinstance(row.get("entity"), str):
        raise BadRowError('a row is {"entity": NAME, "image": FILE}')
    files = row.get("images", [row.get("image")])
    if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
        raise BadRowError('a row has "image": FILE or "images": [FILE, …]')
    region = None if row.get("region") is None else region_json.from_record(row["region"])
    for file in files:
        if is_outside(file):
            raise BadRowError(f"the image {file!r} lies outside of {images}")
        yield CandidatePicture(entity=row["entity"], source=images / file, region=region)


def _of_dataset(
    path: Path, images: Path | None, form: str, split: str | None
) -> Iterator[CandidatePicture]:
    from deixis.data import datasets

    dataset = datasets.get(form).open(path, images=images, split=split)
    for index in range(len(dataset)):
        sample = dataset.sample(index)
        if sample.kind == NAMING and len(sample.regions) == 1:
            (region,) = sample.regions.values()
            named = spoken(sample.turns[0].answer)
            yield CandidatePicture(entity=named, source=sample.picture, region=region)
