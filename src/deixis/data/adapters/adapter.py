"""Every adapter reads and writes the regions of pictures in the files of one other tool."""

import abc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias, final

from deixis.core.errors import SampleError
from deixis.core.region import Region
from deixis.core.size import Size

OnBad: TypeAlias = Callable[[SampleError], None]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Annotated:
    """A picture is annotated with regions, in pixels of the upright original.

    `image` is its name as the file has it, with folders that lie below that of the pictures. `path`
    is where it lies, if it was found; `size` is what the file, or else the picture, says.
    """

    image: str
    path: Path | None = None
    size: Size | None = None
    regions: tuple[Region, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """Something was changed or left out, since the format cannot hold it: so often, and first in
    this place.
    """

    what: str
    count: int
    first: str

    def __str__(self) -> str:
        return f"{self.what}: {self.count} (first {self.first})"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class FormatCard:
    """A card says what a format is and what it can hold.

    `kinds` are kinds of regions that come back as they were, `words` which of label, text, score
    and source do. `form` is which files are read and written. `unlabelled` stands where every
    region has to have a label. `is_sized` says that the pictures' sizes have to be known.
    """

    title: str
    origin: str
    form: str
    frame: str
    kinds: tuple[str, ...]
    words: tuple[str, ...]
    unlabelled: str | None = None
    is_sized: bool = False


class Adapter(abc.ABC):
    """An adapter knows one format, both ways. It is used as it is, there are no objects of it."""

    card: ClassVar[FormatCard]

    @classmethod
    @abc.abstractmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a file or folder looks like this format; never an error, and quick."""

    @classmethod
    @abc.abstractmethod
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        """The pictures come one by one, each with its regions, also those that have none.

        With `images` each picture has to lie in that folder; without, it is looked for beside the
        file, and its path is None where it is not there. A bad row is a SampleError that names file
        and row, or is given to `on_bad` and left out.
        """

    @classmethod
    @abc.abstractmethod
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        """All rows are written, whole or not at all; what the format cannot hold is told."""
