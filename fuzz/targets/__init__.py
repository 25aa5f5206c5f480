"""What is attacked: one file a target, found by its name."""

import abc
import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from fuzz.mutate import bytes_mutant


class Target(abc.ABC):
    """A part of Deixis that reads what strangers wrote.

    `run` may end, or raise an error of Deixis; whatever else it does is a finding: another
    exception, a crash, more memory than `room`, or more time than `deadline`. Each file of this
    folder has one final class of the same name as the file.
    """

    deadline: ClassVar[float] = 10.0  # seconds of the processor for one input
    room: ClassVar[int] = 1024  # MiB beyond what the process holds before the first input
    library: ClassVar[str | None] = None  # which compiled half runs under sanitizers

    def __init__(self, folder: Path) -> None:
        self.folder = folder  # for files of its own; empty at first

    @abc.abstractmethod
    def seeds(self) -> Sequence[bytes]:
        """Inputs that are well made."""

    def made(self, generator: np.random.Generator) -> bytes | None:
        """An input by the target's own grammar; None where it has none."""
        del generator
        return None

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """The input, changed a little."""
        return bytes_mutant(data, generator)

    @abc.abstractmethod
    def run(self, data: bytes) -> None:
        """Have Deixis read it."""


def names() -> list[str]:
    """All targets."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name[0] != "_")


def kind_of(name: str) -> type[Target]:
    """The class of that name, or of a module of another package."""
    module = importlib.import_module(name if "." in name else f"{__name__}.{name}")
    kinds = [value for value in vars(module).values() if _is_target(value)]
    assert len(kinds) == 1, f"{module.__file__} has one target"
    return kinds[0]


def _is_target(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Target) and value is not Target
