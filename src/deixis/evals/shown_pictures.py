"""A run keeps a few of the pictures that it sent, as it sent them, to be looked at on its page."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import final

from PIL import Image as PIL

from deixis.core.files import make_folder, write_bytes
from deixis.core.image import Image
from deixis.evals.results import Row

FOLDER = "pictures"
MOST_WRONG, MOST_RIGHT = 12, 3
SIDE, LEAST_SIDE = 480, 192  # the longest of a kept picture
GAP, PAPER = 8, "#fdfcf9"


@final
class ShownPictures:
    """The pictures of the first wrong answers are kept, and of fewer right ones, by rows' keys."""

    def __init__(self) -> None:
        self.wrong: dict[str, bytes] = {}
        self.right: dict[str, bytes] = {}

    def add(self, row: Row, images: Sequence[Image]) -> None:
        """An answered row's pictures are kept if there is room for them."""
        if row.problem is not None or not images:
            return
        kept, most = (self.wrong, MOST_WRONG) if row.is_wrong else (self.right, MOST_RIGHT)
        if len(kept) < most:
            kept[row.key] = _side_by_side(images)

    def save(self, folder: Path) -> None:
        """Each is a PNG file, named after its row's key; those of an earlier run go."""
        for old in (folder / FOLDER).glob("*.png"):
            old.unlink()
        for key, content in (self.wrong | self.right).items():
            make_folder(folder / FOLDER)
            write_bytes(_file(folder, key), content)


def shown_pictures(folder: Path, rows: Sequence[Row]) -> Mapping[str, bytes]:
    """A run's kept pictures are read, by rows' keys."""
    files = ((row.key, _file(folder, row.key)) for row in rows if (folder / FOLDER).is_dir())
    return {key: file.read_bytes() for key, file in files if file.is_file()}


def _file(folder: Path, key: str) -> Path:
    return folder / FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.png"


def _side_by_side(images: Sequence[Image]) -> bytes:
    """Pictures of one question stand beside each other; tiny ones are enlarged, pixel by pixel."""
    small = [image.pil() for image in images]
    for place, one in enumerate(small):
        times = -(-LEAST_SIDE // max(one.size))
        small[place] = one.resize((one.width * times, one.height * times), PIL.Resampling.NEAREST)
        small[place].thumbnail((SIDE, SIDE))
    wide = sum(one.width for one in small) + GAP * (len(small) - 1)
    sheet = PIL.new("RGB", (wide, max(one.height for one in small)), PAPER)
    left = 0
    for one in small:
        sheet.paste(one, (left, 0))
        left += one.width + GAP
    file = io.BytesIO()
    sheet.save(file, format="PNG", optimize=True)
    return file.getvalue()
