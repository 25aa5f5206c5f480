"""Libraries that are built when the package is installed (`build_compiled.py` at the root)."""

from collections.abc import Callable
from ctypes import CDLL
from pathlib import Path
from typing import TypeVar

Functions = TypeVar("Functions")


VERSION = 1  # of what the libraries take and give: each says the same as `deixis_version`


def opened(path: Path, declared: Callable[[CDLL], Functions]) -> Functions | None:
    """The library's functions; None without one, or one of another machine or version."""
    if not path.is_file():
        return None
    try:
        library = CDLL(str(path))
        return declared(library) if library.deixis_version() == VERSION else None
    except (OSError, AttributeError):
        return None
