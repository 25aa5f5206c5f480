"""A picture file's headers tell its size and its orientation before any pixel is decoded."""

import re
import struct
import zlib

from deixis.core.errors import ImageError
from deixis.core.heif_header import read_avif, read_heic
from deixis.core.raster_headers import read_bmp, read_gif
from deixis.core.size import Size
from deixis.core.tiff_header import read_tiff
from deixis.core.undecoded import CUT_SHORT, PictureFile, orientation_of, stored_size

OPENED = ("PNG", "JPEG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")
MAX_CHUNKS = 100_000  # of a PNG or a WebP

# a JPEG's markers; fill bytes, escaped data and restart marks have no segment
MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
START, END, SCAN, EXIF = 0xD8, 0xD9, 0xDA, 0xE1
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# APP0 and APP14 tell the colour space; the other APPs and comments are metadata
METADATA = frozenset(range(0xE1, 0xF0)) - {0xEE} | {0xFE}
MAX_SEGMENTS = 4096
MAX_SCANS = 100  # a real progressive file has about ten; each one costs a pass over the picture

# a PNG's chunks and colour types
SIGNATURE = b"\x89PNG\r\n\x1a\n"
NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
GREY, RGB, PALETTE = 0, 2, 3

ANIMATED_FLAG = 0x02  # of a WebP's extended header
EXIF_FLAG = 0x08  # of a WebP's extended header: without it, decoders look for no EXIF

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


def file_kind(data: bytes) -> str | None:
    """The first bytes of a file announce its kind, whatever its name; None if unknown."""
    start = data[:1024].removeprefix(b"\xef\xbb\xbf")
    for kind, pattern in STARTS:
        if re.match(pattern, start, re.DOTALL):
            return kind
    return None


def read_file(data: bytes) -> PictureFile:
    """The bytes of a file are read by their content; nothing is decoded."""
    if not data:
        raise ImageError("it is empty: 0 bytes")
    kind = file_kind(data)
    reader = READERS.get(kind or "")
    if reader is not None:
        return reader(data)
    opened = f"Deixis opens {', '.join(OPENED)}"
    if kind is None:
        raise ImageError(f"it is no picture file that is known here; {opened}")
    raise ImageError(
        f"it looks like a {kind} file; {opened}: convert it to one of these, "
        "or decode it yourself and pass a PIL image or an array"
    )


def read_jpeg(data: bytes) -> PictureFile:
    """A JPEG tells its size and its orientation; only its first picture counts."""
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
        at = _jpeg_segment_end(data, at)
        if code in FRAMES:
            size = _jpeg_size(data[start + 4 : at], size)
        orientation = orientation or _jpeg_orientation(code, data[start + 4 : at])
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


def _jpeg_orientation(code: int, body: bytes) -> int | None:
    return orientation_of(body) if code == EXIF and body.startswith(b"Exif\0\0") else None


def _jpeg_segment_end(data: bytes, at: int) -> int:
    if at + 2 > len(data):
        raise ImageError(CUT_SHORT.format("JPEG"))
    (length,) = struct.unpack_from(">H", data, at)
    if length < 2:
        raise ImageError("the JPEG is damaged: a segment shorter than its own length")
    if at + length > len(data):
        raise ImageError(CUT_SHORT.format("JPEG"))
    return at + length


def _jpeg_size(body: bytes, before: Size | None) -> Size:
    if before is not None:
        raise ImageError("the JPEG has two frame headers")
    if len(body) < 5:
        raise ImageError("the JPEG is damaged: its frame header is too short")
    height, width = struct.unpack_from(">HH", body, 1)
    return stored_size(width, height)


def read_png(data: bytes) -> PictureFile:
    """A PNG whose needed chunks have the right checksums tells its size and its colour key."""
    width, height, depth, color_type = _png_header(data)
    kept = [SIGNATURE]
    exif, clear_color, has_palette, has_more = memoryview(b""), None, False, False
    at = len(SIGNATURE)
    for number in range(MAX_CHUNKS):
        name, body, end = _png_chunk(data, at)
        if name == b"IHDR" and number > 0:
            raise ImageError("the PNG has two headers")
        if name == b"IDAT" and color_type == PALETTE and not has_palette:
            raise ImageError("the PNG is damaged: its pixels are of a palette that it lacks")
        has_palette = has_palette or name == b"PLTE"
        has_more = has_more or name == b"acTL"
        if name == b"eXIf":
            exif = body
        elif name == b"tRNS" and color_type != PALETTE:
            clear_color = _png_clear_color(bytes(body), depth, color_type)
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
                has_more=has_more,
            )
        at = end
    raise ImageError(f"the PNG has more than {MAX_CHUNKS} chunks")


def _png_header(data: bytes) -> tuple[int, int, int, int]:
    """A PNG's header tells width, height, bits of a sample, and colour type."""
    name, body, _ = _png_chunk(data, len(SIGNATURE))
    if name != b"IHDR" or len(body) != 13:
        raise ImageError("the PNG does not start with its header")
    width, height, depth, color_type = struct.unpack_from(">IIBB", body)
    return width, height, depth, color_type


def _png_chunk(data: bytes, at: int) -> tuple[bytes, memoryview, int]:
    """A chunk has a name, a body and an end; its checksum is compared if the chunk is needed."""
    if at + 12 > len(data):
        raise ImageError(CUT_SHORT.format("PNG"))
    length, name = struct.unpack_from(">I4s", data, at)
    end = at + 12 + length
    if end > len(data):
        raise ImageError(CUT_SHORT.format("PNG"))
    view = memoryview(data)
    (checksum,) = struct.unpack_from(">I", data, end - 4)
    if name in NEEDED and zlib.crc32(view[at + 4 : end - 4]) != checksum:
        raise ImageError(f"the PNG is damaged: wrong checksum of {name!r}")
    return name, view[at + 8 : end - 4], end


def _png_clear_color(body: bytes, depth: int, color_type: int) -> tuple[int, int, int] | None:
    """The transparent colour is given in 8 bits, by the same scaling as the decoder's."""
    num_samples = {GREY: 1, RGB: 3}.get(color_type)
    if num_samples is None or len(body) != 2 * num_samples or depth not in (1, 2, 4, 8, 16):
        return None
    top = (1 << depth) - 1
    samples = struct.unpack(f">{num_samples}H", body)
    scaled = [s >> 8 if depth == 16 else (s & top) * 255 // top for s in samples]
    red, green, blue = scaled * 3 if num_samples == 1 else scaled
    return red, green, blue


def read_webp(data: bytes) -> PictureFile:
    """A WebP tells its canvas and its orientation. An animation's canvas holds each of its
    frames.
    """
    (riff_length,) = struct.unpack_from("<I", data, 4)
    if 8 + riff_length > len(data):
        raise ImageError(CUT_SHORT.format("WebP"))
    size: Size | None = None
    orientation, at, has_exif, has_more = 1, 12, False, False
    for _ in range(MAX_CHUNKS):
        if at + 8 > 8 + riff_length:
            break
        name, length = struct.unpack_from("<4sI", data, at)
        body_at = at + 8
        if size is None:
            size = _webp_size(name, data[body_at : body_at + 10])
        if name == b"VP8X" and at == 12:
            has_exif = bool(data[body_at] & EXIF_FLAG)
            has_more = bool(data[body_at] & ANIMATED_FLAG)
        if name == b"EXIF" and has_exif:
            orientation = orientation_of(data[body_at : body_at + length])
            has_exif = False  # the first one counts
        at = body_at + length + length % 2
    else:
        raise ImageError(f"the WebP has more than {MAX_CHUNKS} chunks")
    if size is None:
        raise ImageError("the WebP is damaged: it holds no picture")
    return PictureFile(
        kind="WebP", size=size, data=data, orientation=orientation, has_more=has_more
    )


def _webp_size(name: bytes, start: bytes) -> Size | None:
    """The first bytes of a chunk tell the size; None if that chunk tells none."""
    if name not in (b"VP8X", b"VP8L", b"VP8 "):
        return None
    if len(start) < 10:
        raise ImageError(CUT_SHORT.format("WebP"))
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


READERS = {
    "PNG": read_png,
    "JPEG": read_jpeg,
    "WebP": read_webp,
    "GIF": read_gif,
    "BMP": read_bmp,
    "TIFF": read_tiff,
    "AVIF": read_avif,
    "HEIC": read_heic,
}
