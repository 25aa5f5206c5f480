"""Commands open pictures alike: from a file, standard input, or a URL where that is allowed."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.core.errors import FetchError, ImageError, UsageError

if TYPE_CHECKING:
    from deixis.core.image import Image

PIPED = "-"
PICTURE = "the picture; - is standard input"


def add_opening(parser: argparse.ArgumentParser) -> None:
    """Arguments say what may be opened."""
    parser.add_argument("--allow-url", action="store_true", help="allow a URL as the picture")
    parser.add_argument("--max-pixels", type=int, metavar="N", help="of a picture, at most")


def open_picture(source: str, arguments: argparse.Namespace) -> "Image":
    """The picture is opened; what is refused is told with the option that allows it."""
    from deixis.core.decode import lift_pillows_limit
    from deixis.core.fetch import FetchPolicy
    from deixis.core.images import DEFAULT_LIMITS, URL, open_image

    limits = DEFAULT_LIMITS
    if arguments.max_pixels is not None:
        limits = replace(limits, max_pixels=arguments.max_pixels)
        lift_pillows_limit(arguments.max_pixels)
    if source == PIPED and sys.stdin.isatty():
        raise UsageError("the picture - comes on standard input: deixis … - … < picture.jpg")
    fetch = FetchPolicy() if arguments.allow_url else None
    try:
        return open_image(
            sys.stdin.buffer if source == PIPED else source, limits=limits, fetch=fetch
        )
    except FetchError as refused:
        if fetch is not None or not URL.match(source) or not source.lower().startswith("http"):
            raise
        raise UsageError("web URLs are opened only where you say so: --allow-url") from refused
    except ImageError as refused:
        told = str(refused).replace("raise ImageLimits(max_pixels=…)", "give --max-pixels N")
        raise ImageError(told) from refused.__cause__


def check_out(path: Path | None, *, needs_folder: bool = False) -> None:
    """UsageError tells of a picture that could not be written, before anything is done; where that
    costs much, its folder has to be there.
    """
    from deixis.core.picture_files import picture_format

    if path is None:
        return
    picture_format(path)
    if needs_folder and not path.absolute().parent.is_dir():
        raise UsageError(f"cannot write {path}: there is no such folder")


def write_picture(image: "Image", path: Path) -> None:
    """The picture is written in the format of its suffix, in a folder that is made for it."""
    from deixis.core.files import make_folder

    make_folder(path.parent)
    image.save(path)
