"""The pictures of a row as the model got them, made again from the row: for the contact sheet, and
beside conversations whose words speak of marks.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.ask.composer import Composer
from deixis.batch.each.asking import RowWording
from deixis.batch.each.outputs import EachRow
from deixis.batch.each.plan import PlannedRow, mark_of
from deixis.core import region_json
from deixis.core.files import make_folder, write_bytes
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.encodings import Frame

AS_THEY_ARE = "said"  # the encoding that changes no picture


@final
@dataclass(kw_only=True)
class RowFrames:
    """Rows are composed again, as they were asked."""

    pictures: Path
    wording: RowWording
    composer: Composer
    _name: str = ""
    _image: Image | None = None

    def of(self, row: EachRow) -> tuple[Frame, ...]:
        """The pictures of a row; DeixisError where its picture is gone."""
        region = region_of_row(row)
        planned = PlannedRow(
            image=row["image"], id=row["id"], region=region, question=row["question"]
        )
        asking = self.wording.asking(planned, self._opened(row["image"]))
        notes: list[list[Region]] | None = None if self.composer.knowledge is None else [[]]
        return self.composer.compose(asking, marks="widened", notes=notes).frames

    def saved(self, row: EachRow, folder: Path) -> list[str]:
        """The names of a row's pictures: its own where nothing was changed, else files in a folder,
        which are written where they are not there yet.
        """
        spec = self.wording.encoding.spec
        if spec == AS_THEY_ARE or row["region"] is None:
            return [row["image"]]
        told = f"{mark_of(row)} {spec} {self.composer.model.name}"
        stem = f"{row['key']}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"
        names = []
        for number, frame in enumerate(self.of(row), start=1):
            name = f"{stem}-{number}.png"
            if not (folder / name).exists():
                make_folder(folder)
                write_bytes(folder / name, frame.image.png())
            names.append(name)
        return names

    def _opened(self, name: str) -> Image:
        if self._image is None or self._name != name:
            self._name, self._image = name, open_image(self.pictures / name)
        return self._image


def region_of_row(row: EachRow) -> Region | None:
    """The region that a row is about; None where it is the whole picture."""
    return None if row["region"] is None else region_json.from_record(row["region"])
