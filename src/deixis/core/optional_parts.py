"""Optional packages, and libraries that are built when the package is installed.

`build_compiled.py` at the root builds them. Where one is missing, numpy does its work.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ctypes import CDLL
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from deixis.core.errors import MissingExtraError

Functions = TypeVar("Functions")
# which extra brings a package that is imported without being asked for first
EXTRAS = {
    "anywidget": "notebook",
    "httptools": "serve",
    "huggingface_hub": "torch",
    "jinja2": "torch",
    "matplotlib": "plots",
    "pydantic": "serve",
    "mcp": "mcp",
    "safetensors": "torch",
    "starlette": "serve",
    "tokenizers": "torch",
    "torch": "torch",
    "transformers": "torch",
    "uvicorn": "serve",
}
VERSION = 2  # of what the libraries take and give: each says the same as `deixis_version`


def require_package(package: str, *, extra: str, needed_for: str) -> None:
    """MissingExtraError says that the package is not installed; it is not imported."""
    if importlib.util.find_spec(package) is None:
        raise MissingExtraError(package=package, extra=extra, needed_for=needed_for)


def installed_versions(packages: Sequence[str]) -> dict[str, str]:
    """The version of each of these packages that is installed."""
    found: dict[str, str] = {}
    for name in packages:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


@contextmanager
def named_extras(needed_for: str) -> Iterator[None]:
    """Imports within, of which one that fails for want of an extra's package names it."""
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        raise MissingExtraError(
            package=package, extra=EXTRAS[package], needed_for=needed_for
        ) from missing


def opened(place: str, *, needed_for: str) -> Any:  # Any: whatever is named
    """What "module:name" names, imported now; MissingExtraError where an extra's package lacks."""
    module, _, name = place.partition(":")
    with named_extras(needed_for):
        return getattr(importlib.import_module(module), name)


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
