"""Pictures are written as the files that people exchange; the suffix tells the format."""

import io
import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from PIL import Image as PIL
from PIL import features

from deixis.core.errors import UsageError

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}
# where marks and letters stay sharp: colours as fine as the pixels
SETTINGS: dict[str, dict[str, Any]] = {  # Any: Pillow's options
    "PNG": {"compress_level": 6},
    "JPEG": {"quality": 92, "subsampling": 0, "optimize": True},
    "WEBP": {"quality": 92},
    "AVIF": {"quality": 85, "subsampling": "4:4:4"},
    "TIFF": {"compression": "tiff_deflate"},
    "BMP": {},
}


def picture_format(path: str | os.PathLike[str]) -> str:
    """The format that a file's name asks for; UsageError for a suffix that none has."""
    suffix = Path(path).suffix.lower()
    kind = FORMATS.get(suffix)
    if kind is None:
        near = get_close_matches(suffix, FORMATS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        told = f"{suffix!r}" if suffix else "none"
        raise UsageError(
            f"a picture's file ends in {', '.join(FORMATS)}, {os.fspath(path)!r} in {told}{hint}"
        )
    if kind == "AVIF" and not features.check("avif"):
        raise UsageError(f"this Pillow writes no AVIF, give {os.fspath(path)!r} another suffix")
    return kind


def encoded(picture: PIL.Image, kind: str) -> bytes:
    """The bytes of a file of that format; UsageError where it takes no picture so large."""
    buffer = io.BytesIO()
    try:
        picture.save(buffer, format=kind, **SETTINGS[kind])
    except (OSError, ValueError) as refusal:
        size = f"{picture.width}x{picture.height}"
        raise UsageError(f"{kind} takes no picture of {size} ({refusal}); write a PNG") from None
    return buffer.getvalue()
