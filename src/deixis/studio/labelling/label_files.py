"""What was labelled leaves as the files of other tools."""

import tempfile
from pathlib import Path

from deixis.core.errors import UnknownNameError, UsageError
from deixis.data.adapters import regions_of, write_regions
from deixis.studio.exports.exported import ExportedFile, archive

# what it is written as, by the format's name; a name without an ending is a folder
FILES = {
    "coco": "instances.json",
    "labelme": "labelme",
    "yolo": "yolo",
    "voc": "voc",
    "regions": "regions.jsonl",
}
KINDS = {".json": "application/json", ".jsonl": "application/x-ndjson"}


def label_file(kept_in: Path, images: Path, *, format: str) -> ExportedFile:
    """All that is kept of a folder in one format; UsageError where there is nothing."""
    if format not in FILES:
        raise UnknownNameError(kind="format of labels", name=format, known=FILES)
    try:
        rows = regions_of(kept_in, format="regions", images=images)
        with tempfile.TemporaryDirectory(prefix="deixis-labels-") as place:
            path = Path(place) / FILES[format]
            lost = tuple(map(str, write_regions(rows, path, format=format)))
            if path.is_file():
                kind = KINDS[path.suffix]
                return ExportedFile(name=path.name, kind=kind, data=path.read_bytes(), lost=lost)
            inner = sorted(one for one in path.rglob("*") if one.is_file())
            files = [(str(one.relative_to(place)), one.read_bytes()) for one in inner]
            return archive(f"{path.name}.zip", files, lost)
    except UsageError as nothing:
        raise UsageError(f"nothing can be exported: {nothing}") from None
