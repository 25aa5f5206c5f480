"""A GIF's and a BMP's headers tell the size of the first picture before any pixel is decoded."""

import struct

from deixis.core.errors import ImageError
from deixis.core.undecoded import CUT_SHORT, PictureFile, stored_size

MAX_BLOCKS = 100_000  # of a GIF, before its first picture
EXTENSION, PICTURE, TRAILER = 0x21, 0x2C, 0x3B
CONTROL = 0xF9  # tells the transparent colour of the picture that follows

# how a BMP's pixels are packed: not at all, in runs, or by masks of bits
PLAIN, RUNS_8, RUNS_4, MASKED, MASKED_ALPHA = 0, 1, 2, 3, 6
DEPTHS = {
    PLAIN: (1, 4, 8, 16, 24, 32),
    RUNS_8: (8,),
    RUNS_4: (4,),
    MASKED: (16, 32),
    MASKED_ALPHA: (16, 32),
}


def read_gif(data: bytes) -> PictureFile:
    """A GIF tells the size of its screen. Its first picture is kept, and no other."""
    if len(data) < 13:
        raise ImageError(CUT_SHORT.format("GIF"))
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _palette(flags)
    kept, control = [data[:at]], b""
    for _ in range(MAX_BLOCKS):
        kind = _byte(data, at)
        if kind == PICTURE:
            break
        if kind != EXTENSION:
            raise ImageError("the GIF holds no picture")
        end = _blocks_end(data, at + 2)
        if _byte(data, at + 1) == CONTROL:
            control = data[at:end]
        at = end
    else:
        raise ImageError(f"the GIF has more than {MAX_BLOCKS} blocks before its picture")
    if at + 10 > len(data):
        raise ImageError(CUT_SHORT.format("GIF"))
    left, top, across, down, flags = struct.unpack_from("<HHHHB", data, at + 1)
    if left + across > width or top + down > height:
        raise ImageError(
            f"the GIF is damaged: its picture is {across}x{down} at {left}, {top} and its screen "
            f"{width}x{height}"
        )
    stored_size(across, down)
    end = _blocks_end(data, at + 10 + _palette(flags) + 1)
    kept += [control, data[at:end], bytes([TRAILER])]
    return PictureFile(
        kind="GIF",
        size=stored_size(width, height),
        data=b"".join(kept),
        has_more=_has_picture(data, end),
    )


def _palette(flags: int) -> int:
    """A palette takes so many bytes."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ImageError(CUT_SHORT.format("GIF"))
    return data[at]


def _blocks_end(data: bytes, at: int) -> int:
    """A chain of blocks ends with one of length 0."""
    while length := _byte(data, at):
        at += length + 1
    return at + 1


def _has_picture(data: bytes, at: int) -> bool:
    """Whether another picture follows; what is cut short after the first one is not its matter."""
    for _ in range(MAX_BLOCKS):
        if at >= len(data) or data[at] != EXTENSION:
            break
        at += 2
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
    return at < len(data) and data[at] == PICTURE


def read_bmp(data: bytes) -> PictureFile:
    """A BMP tells its size, and how many bytes its pixels take if they are not packed in runs."""
    if len(data) < 26:
        raise ImageError(CUT_SHORT.format("BMP"))
    start, header = struct.unpack_from("<II", data, 10)
    if header == 12:
        width, height, planes, depth = struct.unpack_from("<HHHH", data, 18)
        packing = PLAIN
    elif header in (40, 52, 56, 64, 108, 124) and len(data) >= 14 + header:
        width, height, planes, depth, packing = struct.unpack_from("<iiHHI", data, 18)
    else:
        raise ImageError(f"the BMP's header of {header} bytes is none that is known, or cut short")
    size = stored_size(width, abs(height))  # below 0: the first row is the top one
    if planes != 1 or depth not in DEPTHS.get(packing, ()):
        raise ImageError(
            f"the BMP has {planes} planes of {depth} bits packed in way {packing}, which no "
            "decoder here knows"
        )
    if not 14 + header <= start < len(data):
        raise ImageError(CUT_SHORT.format("BMP"))
    row = (size.width * depth + 31) // 32 * 4
    if packing not in (RUNS_8, RUNS_4) and start + row * size.height > len(data):
        raise ImageError(CUT_SHORT.format("BMP"))
    return PictureFile(kind="BMP", size=size, data=data)
