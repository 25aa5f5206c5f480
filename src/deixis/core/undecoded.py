"""A picture's file as its headers tell it, whatever its format."""

import struct
from dataclasses import dataclass
from typing import final

from deixis.core.errors import ImageError
from deixis.core.size import Size

ORIENTATION_TAG = 0x0112
SHORT, LONG = 3, 4
CUT_SHORT = "the {} is cut short"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PictureFile:
    """A picture file has its metadata read and taken out.

    `size` is as stored, before the orientation. `clear_color` is the colour that a PNG declares
    transparent, in 8 bits. `data` holds the first frame's pixels and nothing more, so that the
    decoder meets no text, profile, preview or further frame.
    """

    kind: str
    size: Size
    data: bytes
    orientation: int = 1
    clear_color: tuple[int, int, int] | None = None
    has_more: bool = False  # pictures, of which the first is taken

    @property
    def upright_size(self) -> Size:
        """Its size once it is turned."""
        if self.orientation >= 5:  # stored on its side
            return Size(width=self.size.height, height=self.size.width)
        return self.size


def stored_size(width: int, height: int) -> Size:
    """A header's width and height are a size; zero is refused."""
    if width < 1 or height < 1:
        raise ImageError(f"the header says {width}x{height}, a picture without pixels")
    return Size(width=width, height=height)


def orientation_of(exif: bytes) -> int:
    """EXIF tells the orientation, 1 to 8; it is 1 (as stored) where none can be read."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    try:
        return _orientation_tag(tiff, order) if order else 1
    except struct.error:  # an offset or a count beyond the end
        return 1


def _orientation_tag(tiff: bytes, order: str) -> int:
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (num_entries,) = struct.unpack_from(f"{order}H", tiff, start)
    for entry in range(num_entries):
        at = start + 2 + 12 * entry
        tag, kind, num_values = struct.unpack_from(f"{order}HHI", tiff, at)
        # several values would stand elsewhere, and their place here
        if tag == ORIENTATION_TAG and kind in (SHORT, LONG) and num_values == 1:
            (value,) = struct.unpack_from(f"{order}{'H' if kind == SHORT else 'I'}", tiff, at + 8)
            return value if 1 <= value <= 8 else 1
    return 1
