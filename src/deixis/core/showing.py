"""Values show themselves: in a notebook below their cell, elsewhere in the system's viewer."""

import importlib
import io
import sys
from typing import Any

from PIL import Image as PIL

from deixis.core.errors import UsageError

WIDEST, HIGHEST = 800, 600  # pixels of a picture as a notebook shows it


def shrunk(picture: PIL.Image) -> PIL.Image:
    """The picture, as large as a notebook has room for at most."""
    share = min(WIDEST / picture.width, HIGHEST / picture.height)
    if share >= 1:
        return picture
    size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    return picture.resize(size, PIL.Resampling.LANCZOS, reducing_gap=3.0)


def notebook_png(picture: PIL.Image) -> bytes:
    """A PNG file of the picture, shrunk."""
    return _file(shrunk(picture), format="PNG", compress_level=6)


def light_file(picture: PIL.Image) -> tuple[str, bytes]:
    """The media type and bytes of the picture, shrunk: PNG, or JPEG where that is far smaller, as
    of photographs.
    """
    small = shrunk(picture)
    exact = _file(small, format="PNG", compress_level=6)
    rough = _file(small, format="JPEG", quality=90, subsampling=0, optimize=True)
    return ("image/jpeg", rough) if len(rough) < 0.6 * len(exact) else ("image/png", exact)


def show(value: object, picture: PIL.Image) -> None:
    """A value is displayed where a notebook runs, else its picture in the system's viewer."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if getattr(shell, "kernel", None) is not None:
        importlib.import_module("IPython.display").display(value)
        return
    viewers = importlib.import_module("PIL.ImageShow")  # imports IPython where that is installed
    if not viewers.show(picture):
        raise UsageError("this machine has no viewer for pictures: write a file with save(path)")


def _file(picture: PIL.Image, **settings: Any) -> bytes:  # Any: Pillow's options
    buffer = io.BytesIO()
    picture.save(buffer, **settings)
    return buffer.getvalue()
