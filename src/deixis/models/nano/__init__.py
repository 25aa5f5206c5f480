"""Seven small models in the real classes of transformers, each as different as the papers' are.

One file is one architecture. All share a vocabulary (`tokenizer`), pictures of 96 x 96 pixels and
12 x 12 patches, and a language side of four layers. They start untrained: `train/recipes` has what
teaches them.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path

from deixis.core.errors import UnknownNameError
from deixis.models.nano._nano import Nano
from deixis.models.nano._tokenizer import tokenizer

__all__ = ["Nano", "build", "names", "save", "tokenizer"]


def names() -> list[str]:
    """Every architecture, from the names of the files."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if not name.startswith("_"))


def build(name: str, *, words: Sequence[str], seed: int = 0) -> Nano:
    """An untrained model and its processor; the same seed and words give the same of both."""
    if name not in names():
        raise UnknownNameError(kind="nano architecture", name=name, known=names())
    return importlib.import_module(f"{__name__}.{name}").build(tokenizer(words), seed)


def save(nano: Nano, folder: Path) -> None:
    """Write a checkpoint that `from_pretrained` of plain transformers reads."""
    nano.model.save_pretrained(folder)
    nano.processor.save_pretrained(folder)
