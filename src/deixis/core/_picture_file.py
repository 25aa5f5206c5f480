"""What the bytes of a picture file say about themselves, before any pixel is decoded."""

import re
import struct
from dataclasses import dataclass
from typing import final

from deixis.core.errors import ImageError
from deixis.core.size import Size

OPENED = ("PNG", "JPEG", "WebP")
ORIENTATION_TAG = 0x0112
SHORT, LONG = 3, 4
STARTS: tuple[tuple[str, bytes], ...] = (
    ("PNG", rb"\x89PNG\r\n\x1a\n"),
    ("JPEG", rb"\xff\xd8\xff"),
    ("WebP", rb"RIFF....WEBP"),
    ("GIF", rb"GIF8[79]a"),
    ("BMP", rb"BM.{4}\x00{4}"),
    ("TIFF", rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+"),
    ("AVIF", rb".{4}ftypavi[fs]"),
    ("HEIC", rb".{4}ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)"),
    ("JPEG XL", rb"\xff\x0a|\x00\x00\x00\x0cJXL "),
    ("JPEG 2000", rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51"),
    ("Photoshop", rb"8BPS"),
    ("icon", rb"\x00\x00[\x01\x02]\x00"),
    ("OpenEXR", rb"v/1\x01"),
    ("PDF", rb"%PDF-"),
    ("PostScript", rb"%!PS"),
    ("SVG", rb"(?:\s|<\?xml[^>]*>|<!--(?:(?!-->).)*-->|<!DOCTYPE svg[^>]*>)*<svg"),
    ("video", rb".{4}ftyp|\x1a\x45\xdf\xa3"),
    ("web page", rb"(?i:\s*<(?:!doctype html|html|head|body))"),
    ("XML", rb"\s*<\?xml"),
    ("ZIP", rb"PK\x03\x04"),
    ("gzip", rb"\x1f\x8b"),
    ("Netpbm", rb"P[1-7]\s"),
    ("JSON", rb"\s*[\[{]\s*[\"\[{]"),
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PictureFile:
    """A picture file with its metadata read and taken out.

    `size` is as stored, before the orientation. `clear_color` is the colour that a PNG declares
    transparent, in 8 bits. `data` holds the first frame's pixels and nothing more, so that the
    decoder meets no text, profile, preview or further frame.
    """

    kind: str
    size: Size
    data: bytes
    orientation: int = 1
    clear_color: tuple[int, int, int] | None = None


def file_kind(data: bytes) -> str | None:
    """The kind of file that its first bytes announce, whatever its name; None if unknown."""
    start = data[:1024].removeprefix(b"\xef\xbb\xbf")
    for kind, pattern in STARTS:
        if re.match(pattern, start, re.DOTALL):
            return kind
    return None


def stored_size(width: int, height: int) -> Size:
    """A header's width and height, refused where one is zero."""
    if width < 1 or height < 1:
        raise ImageError(f"the header says {width}x{height}, a picture without pixels")
    return Size(width=width, height=height)


def orientation_of(exif: bytes) -> int:
    """EXIF's orientation, 1 to 8; 1 (as stored) where there is none that can be read."""
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
