"""PNG files before decoding: chunks checked and reduced to what the first frame's pixels need."""

import struct
import zlib

from deixis.core._picture_file import PictureFile, orientation_of, stored_size
from deixis.core.errors import ImageError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
GREY, RGB, PALETTE = 0, 2, 3
MAX_CHUNKS = 100_000
CUT_SHORT = "the PNG is cut short"


def read_png(data: bytes) -> PictureFile:
    """Size, orientation and colour key of a PNG whose needed chunks have the right checksums."""
    width, height, depth, color_type = _header(data)
    kept = [SIGNATURE]
    exif, clear_color, has_palette = memoryview(b""), None, False
    at = len(SIGNATURE)
    for number in range(MAX_CHUNKS):
        name, body, end = _chunk(data, at)
        if name == b"IHDR" and number > 0:
            raise ImageError("the PNG has two headers")
        if name == b"IDAT" and color_type == PALETTE and not has_palette:
            raise ImageError("the PNG is damaged: its pixels are of a palette that it lacks")
        has_palette = has_palette or name == b"PLTE"
        if name == b"eXIf":
            exif = body
        elif name == b"tRNS" and color_type != PALETTE:
            clear_color = _clear_color(bytes(body), depth, color_type)
        elif name in NEEDED:
            kept.append(data[at:end])
        elif not name[0] & 0x20:
            raise ImageError(f"the PNG needs a chunk that is not PNG's own: {name!r}")
        if name == b"IEND":
            return PictureFile(
                kind="PNG",
                size=stored_size(width, height),
                data=b"".join(kept),
                orientation=orientation_of(bytes(exif)),
                clear_color=clear_color,
            )
        at = end
    raise ImageError(f"the PNG has more than {MAX_CHUNKS} chunks")


def _header(data: bytes) -> tuple[int, int, int, int]:
    """Width, height, bits of a sample, and colour type."""
    name, body, _ = _chunk(data, len(SIGNATURE))
    if name != b"IHDR" or len(body) != 13:
        raise ImageError("the PNG does not start with its header")
    width, height, depth, color_type = struct.unpack_from(">IIBB", body)
    return width, height, depth, color_type


def _chunk(data: bytes, at: int) -> tuple[bytes, memoryview, int]:
    """Name, body and end of the chunk at a place; its checksum is compared if it is needed."""
    if at + 12 > len(data):
        raise ImageError(CUT_SHORT)
    length, name = struct.unpack_from(">I4s", data, at)
    end = at + 12 + length
    if end > len(data):
        raise ImageError(CUT_SHORT)
    view = memoryview(data)
    (checksum,) = struct.unpack_from(">I", data, end - 4)
    if name in NEEDED and zlib.crc32(view[at + 4 : end - 4]) != checksum:
        raise ImageError(f"the PNG is damaged: wrong checksum of {name!r}")
    return name, view[at + 8 : end - 4], end


def _clear_color(body: bytes, depth: int, color_type: int) -> tuple[int, int, int] | None:
    """The transparent colour in 8 bits, by the same scaling as the decoder's."""
    num_samples = {GREY: 1, RGB: 3}.get(color_type)
    if num_samples is None or len(body) != 2 * num_samples or depth not in (1, 2, 4, 8, 16):
        return None
    top = (1 << depth) - 1
    samples = struct.unpack(f">{num_samples}H", body)
    scaled = [s >> 8 if depth == 16 else (s & top) * 255 // top for s in samples]
    red, green, blue = scaled * 3 if num_samples == 1 else scaled
    return red, green, blue
