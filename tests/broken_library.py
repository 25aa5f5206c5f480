"""A compiled library that is not there, or is no library."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

WAYS = ("nothing", "no library")


@contextmanager
def broken_library(
    what: str,
    folder: Path,
    module: ModuleType,
    cached: Any,  # Any: what functools.cache makes of a function
) -> Iterator[None]:
    """`module.LIBRARY` is one of WAYS; `cached` opens it, and is asked anew before and after."""
    path = folder / "library.so"
    if what == "no library":
        path.write_text("not one")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LIBRARY", path)
        cached.cache_clear()
        try:
            yield
        finally:
            cached.cache_clear()
