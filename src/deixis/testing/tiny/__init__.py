"""Tiny random models of every family's real classes, for tests, dry runs, `load("tiny:llava")`."""

from pathlib import Path
from types import FunctionType

from deixis.core.catalog import ObjectCatalog
from deixis.models.saving import save_processor
from deixis.testing.tiny._tiny import Tiny

__all__ = ["Tiny", "build", "builders", "names", "save"]

builders: ObjectCatalog[FunctionType] = ObjectCatalog(
    kind="tiny model",
    package="deixis.testing.tiny",
    group="deixis.tiny_models",
    interface=FunctionType,
    besides=("opening",),
    attribute="build",
)


def names() -> list[str]:
    """Every family's name; imports none of them."""
    return builders.names()


def build(name: str, *, seed: int = 0) -> Tiny:
    """A tiny model and processor of that family; the same seed gives the same weights."""
    return builders.get(name)(seed)


def save(name: str, folder: Path, *, seed: int = 0) -> None:
    """Write a tiny model and processor as a checkpoint that `from_pretrained` reads."""
    tiny = build(name, seed=seed)
    tiny.model.save_pretrained(folder)
    save_processor(tiny.processor, folder)
