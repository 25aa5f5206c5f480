"""What an export is made of, and what comes of it."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import final

from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.studio.history import HistoryEntry, KeptCell

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of files in an archive: the same content is the same bytes
ENCODING = "encoding"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedFile:
    """A file for whoever asked for it; `lost` tells what its form cannot hold."""

    name: str
    kind: str
    data: bytes
    lost: tuple[str, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Exporting:
    """One question that is exported: its entry, the picture, and the entries that it goes on from.

    `place` is the cell that counts where one answer does; None: the first one with words.
    `expected` are the words that were said to be right. `sent` are the files of pictures that were
    sent, by their hashes; `earlier` the turns before it, oldest first.
    """

    entry: HistoryEntry
    image: Image
    place: int | None = None
    expected: tuple[str, ...] = ()
    sent: Mapping[str, bytes] = field(default_factory=dict)
    earlier: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The question's name among others."""
        cell = "" if self.place is None else f"-{self.place}"
        return f"{self.entry.id}{cell}"

    @property
    def cell(self) -> KeptCell:
        """The cell that counts; UsageError where none has words."""
        cells = [one for one in self.entry.cells if self.place in (None, one.place)]
        found = next((one for one in cells if one.text.strip()), None)
        if found is None:
            raise UsageError(f"question {self.entry.id} has no answer to export")
        return found

    @property
    def regions(self) -> dict[str, Region]:
        """The regions that were drawn."""
        return {name: drawn_region(told) for name, told in self.entry.regions.items()}

    @property
    def picture_name(self) -> str:
        """The name of the picture's file."""
        return f"{self.image.sha256[:16]}.png"


def drawn_region(told: Mapping[str, object]) -> Region:
    """A region as it was drawn, without how it was shown."""
    return region_json.from_record({key: one for key, one in told.items() if key != ENCODING})


def archive(
    name: str, files: Iterable[tuple[str, bytes]], lost: Iterable[str] = ()
) -> ExportedFile:
    """Several files as one, with the pictures that they speak of."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as whole:
        for path, data in dict(files).items():
            whole.writestr(zipfile.ZipInfo(path, LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return ExportedFile(name=name, kind="application/zip", data=buffer.getvalue(), lost=tuple(lost))


def pictures_of(asked: Iterable[Exporting], folder: str = "") -> dict[str, bytes]:
    """The pictures, each once."""
    images = {folder + one.picture_name: one.image for one in asked}
    return {path: image.png() for path, image in images.items()}
