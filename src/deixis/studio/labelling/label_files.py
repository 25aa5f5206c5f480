"""What was labelled leaves as the files of other tools."""

import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UnknownNameError, UsageError
from deixis.data.adapters import regions_of, write_regions

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of files in an archive: the same content is the same bytes
# what it is written as, by the format's name; a name without an ending is a folder
FILES = {
    "coco": "instances.json",
    "labelme": "labelme",
    "yolo": "yolo",
    "voc": "voc",
    "regions": "regions.jsonl",
}
KINDS = {".json": "application/json", ".jsonl": "application/x-ndjson", ".zip": "application/zip"}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LabelFile:
    """A file to save, and what its format could not hold."""

    name: str
    data: bytes
    lost: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Its media type."""
        return KINDS[Path(self.name).suffix]


def label_file(kept_in: Path, images: Path, *, format: str) -> LabelFile:
    """All that is kept of a folder in one format; UsageError where there is nothing."""
    if format not in FILES:
        raise UnknownNameError(kind="format of labels", name=format, known=FILES)
    try:
        rows = regions_of(kept_in, format="regions", images=images)
        with tempfile.TemporaryDirectory(prefix="deixis-labels-") as place:
            path = Path(place) / FILES[format]
            losses = write_regions(rows, path, format=format)
            name, data = (path.name, path.read_bytes()) if path.is_file() else _archive(path)
    except UsageError as nothing:
        raise UsageError(f"nothing can be exported: {nothing}") from None
    return LabelFile(name=name, data=data, lost=tuple(map(str, losses)))


def _archive(folder: Path) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as whole:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            name = str(path.relative_to(folder.parent))
            whole.writestr(zipfile.ZipInfo(name, LONG_AGO), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return f"{folder.name}.zip", buffer.getvalue()
