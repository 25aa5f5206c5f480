"""WebP files before decoding: the canvas and the orientation."""

import struct

from deixis.core._picture_file import PictureFile, orientation_of, stored_size
from deixis.core.errors import ImageError
from deixis.core.size import Size

MAX_CHUNKS = 100_000
EXIF_FLAG = 0x08  # of the extended header: without it, decoders look for no EXIF
CUT_SHORT = "the WebP is cut short"


def read_webp(data: bytes) -> PictureFile:
    """Canvas and orientation of a WebP. An animation's canvas holds each of its frames."""
    (riff_length,) = struct.unpack_from("<I", data, 4)
    if 8 + riff_length > len(data):
        raise ImageError(CUT_SHORT)
    size: Size | None = None
    orientation, at, has_exif = 1, 12, False
    for _ in range(MAX_CHUNKS):
        if at + 8 > 8 + riff_length:
            break
        name, length = struct.unpack_from("<4sI", data, at)
        body_at = at + 8
        if size is None:
            size = _canvas(name, data[body_at : body_at + 10])
        if name == b"VP8X" and at == 12:
            has_exif = bool(data[body_at] & EXIF_FLAG)
        if name == b"EXIF" and has_exif:
            orientation = orientation_of(data[body_at : body_at + length])
            has_exif = False  # the first one counts
        at = body_at + length + length % 2
    else:
        raise ImageError(f"the WebP has more than {MAX_CHUNKS} chunks")
    if size is None:
        raise ImageError("the WebP is damaged: it holds no picture")
    return PictureFile(kind="WebP", size=size, data=data, orientation=orientation)


def _canvas(name: bytes, start: bytes) -> Size | None:
    """The size in the first bytes of a chunk; None if that chunk tells none."""
    if name not in (b"VP8X", b"VP8L", b"VP8 "):
        return None
    if len(start) < 10:
        raise ImageError(CUT_SHORT)
    if name == b"VP8X":
        width = int.from_bytes(start[4:7], "little") + 1
        height = int.from_bytes(start[7:10], "little") + 1
    elif name == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width = int.from_bytes(start[6:8], "little") & 0x3FFF
        height = int.from_bytes(start[8:10], "little") & 0x3FFF
    return stored_size(width, height)
