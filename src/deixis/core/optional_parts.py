"""Optional packages, and libraries that are built when the package is installed.

`build_compiled.py` at the root builds them. Where one is missing, numpy does its work.
"""

import importlib.util
from collections.abc import Callable
from ctypes import CDLL
from pathlib import Path
from typing import TypeVar

from deixis.core.errors import MissingExtraError

Functions = TypeVar("Functions")
VERSION = 1  # of what the libraries take and give: each says the same as `deixis_version`


def require_package(package: str, *, extra: str, needed_for: str) -> None:
    """MissingExtraError where the package is not installed; does not import it."""
    if importlib.util.find_spec(package) is None:
        raise MissingExtraError(package=package, extra=extra, needed_for=needed_for)


def open_library(path: Path, declared: Callable[[CDLL], Functions]) -> Functions | None:
    """A compiled library gives its functions; None where there is none, or one of another machine
    or version.
    """
    if not path.is_file():
        return None
    try:
        library = CDLL(str(path))
        return declared(library) if library.deixis_version() == VERSION else None
    except (OSError, AttributeError):
        return None
