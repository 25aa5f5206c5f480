"""Tiny random models of every family's real classes, for tests, dry runs, `load("tiny:llava")`."""

import importlib
import pkgutil
from pathlib import Path

from deixis.core.errors import UnknownNameError
from deixis.models.saving import save_processor
from deixis.models.tiny._tiny import Tiny

__all__ = ["Tiny", "build", "names", "save"]


def names() -> list[str]:
    """Every family's name, from the names of the files."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


def build(name: str, *, seed: int = 0) -> Tiny:
    """A tiny model and processor of that family; the same seed gives the same weights."""
    if name not in names():
        raise UnknownNameError(kind="tiny model", name=name, known=names())
    return importlib.import_module(f"{__name__}.{name}").build(seed)


def save(name: str, folder: Path, *, seed: int = 0) -> None:
    """Write a tiny model and processor as a checkpoint that `from_pretrained` reads."""
    tiny = build(name, seed=seed)
    tiny.model.save_pretrained(folder)
    save_processor(tiny.processor, folder)
