"""JPEG files before decoding: segments checked, metadata taken out, scans counted."""

import re
import struct

from deixis.core._picture_file import PictureFile, orientation_of, stored_size
from deixis.core.errors import ImageError
from deixis.core.size import Size

# fill bytes, escaped data and restart marks are not markers with a segment
MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
START, END, SCAN, EXIF = 0xD8, 0xD9, 0xDA, 0xE1
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# APP0 and APP14 tell the colour space; the other APPs and comments are metadata
METADATA = frozenset(range(0xE1, 0xF0)) - {0xEE} | {0xFE}
MAX_SEGMENTS = 4096
MAX_SCANS = 100  # a real progressive file has about ten; each one costs a pass over the picture


def read_jpeg(data: bytes) -> PictureFile:
    """Size and orientation of a JPEG; its first picture only."""
    kept: list[bytes] = []
    orientation: int | None = None
    size: Size | None = None
    num_scans, at, kept_to, end = 0, 2, 0, len(data)
    for _ in range(MAX_SEGMENTS):
        found = MARKER.search(data, at)
        if found is None:
            break
        code, start = data[found.end() - 1], found.start()
        if num_scans == 0:  # fill bytes, which the decoder's own header scan takes one by one
            kept.append(data[kept_to:at])
            kept_to = start
        at = found.end()
        if code == END:
            end = at
            break
        if code == START:
            raise ImageError("the JPEG starts a second time within its picture")
        at = _segment_end(data, at)
        if code in FRAMES:
            size = _frame_size(data[start + 4 : at], size)
        orientation = orientation or _orientation(code, data[start + 4 : at])
        if code in METADATA:
            kept.append(data[kept_to:start])
            kept_to = at
        num_scans += code == SCAN
        if num_scans > MAX_SCANS:
            raise ImageError(f"the JPEG has more than {MAX_SCANS} scans")
    else:
        raise ImageError(f"the JPEG has more than {MAX_SEGMENTS} segments")
    if size is None or num_scans == 0:
        raise ImageError("the JPEG is cut short: it ends before its picture")
    kept.append(data[kept_to:end])
    return PictureFile(kind="JPEG", size=size, data=b"".join(kept), orientation=orientation or 1)


def _orientation(code: int, body: bytes) -> int | None:
    return orientation_of(body) if code == EXIF and body.startswith(b"Exif\0\0") else None


def _segment_end(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise ImageError("the JPEG is cut short")
    (length,) = struct.unpack_from(">H", data, at)
    if length < 2:
        raise ImageError("the JPEG is damaged: a segment shorter than its own length")
    if at + length > len(data):
        raise ImageError("the JPEG is cut short")
    return at + length


def _frame_size(body: bytes, before: Size | None) -> Size:
    if before is not None:
        raise ImageError("the JPEG has two frame headers")
    if len(body) < 5:
        raise ImageError("the JPEG is damaged: its frame header is too short")
    height, width = struct.unpack_from(">HH", body, 1)
    return stored_size(width, height)
