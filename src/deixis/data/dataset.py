"""Every data set has a card, splits, and examples that are read when they are asked for."""

import abc
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import DeixisError, SampleError, UnknownNameError
from deixis.core.untrusted_text import is_text, shown
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.json_rows import JsonRows, Nested
from deixis.data.sample import Marking, RegionSample

MOST, LONGEST = 40, 60  # names that are told, and their letters: a file may call rows anything


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetCard:
    """A card says what a data set is and what may be done with it: `form` which files are read,
    `licence` what its makers say.
    """

    title: str
    origin: str
    licence: str
    pictures: str
    size: str
    holds: str
    form: str
    note: str = ""


class RegionDataset(abc.ABC):
    """A data set gives examples with regions, from files as they are published.

    Opening finds the rows; a row's mistake is told when it is asked for, so that one bad row costs
    no other. A data set holds paths and numbers, no open file: it may be sent to other processes.
    `path` is the file or folder that was opened.
    """

    card: ClassVar[DatasetCard]
    marking: ClassVar[Marking]
    path: Path

    @classmethod
    @abc.abstractmethod
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "RegionDataset":
        """A file or folder is opened. `images` is where its pictures lie, if not where they are
        published; `split` takes only that part, by the name that the data set itself uses.
        """

    @abc.abstractmethod
    def __len__(self) -> int:
        """There are so many rows, bad ones too."""

    @abc.abstractmethod
    def row(self, index: int) -> int | str:
        """The row is named in its file by its number from 1, or by its id."""

    @abc.abstractmethod
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        """The example is read; BadRowError or another DeixisError where there is none."""

    def sample(self, index: int, generator: np.random.Generator | None = None) -> RegionSample:
        """The example at this index is read and checked; SampleError names a bad row.

        With a generator, what the release varies (words of the question, order of the choices) is
        drawn from it; without one it is always the same, as benchmarks need.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"{self.path} has {len(self)} rows, there is none at {index}")
        try:
            return _checked(self.read(index, generator))
        except SampleError:
            raise
        except (BadRowError, DeixisError) as problem:
            raise SampleError(
                dataset=str(self.path), row=self.row(index), reason=str(problem)
            ) from None


class RowsDataset(RegionDataset):
    """Each row of a file of JSON is an example."""

    rows: JsonRows

    @final
    @override
    def __len__(self) -> int:
        return len(self.rows)

    @final
    @override
    def row(self, index: int) -> int:
        return int(self.rows.numbers[index])


class NestedDataset(RegionDataset):
    """Each row of a file holds several examples."""

    nested: Nested

    @final
    @override
    def __len__(self) -> int:
        return len(self.nested)


def _checked(sample: RegionSample) -> RegionSample:
    """A sample's words have to be such that they can be said, written and shown to a model."""
    said = [sample.id]
    for turn in sample.turns:
        said += [turn.question, turn.answer, *turn.choices, *turn.references]
    for region in sample.regions.values():
        said += [region.label or "", region.text or ""]
    for words in said:
        if not is_text(words):
            raise BadRowError(f"{shown(words)} holds half a character, which is no text")
    return sample


def split_of(row: object) -> str | None:
    """A row says of which part it is, or None."""
    named = row.get("split") if isinstance(row, dict) else None
    return named if isinstance(named, str) else None


def check_split(split: str, known: Iterable[object]) -> None:
    """A part that a data set does not have is refused."""
    names = {str(name) for name in known if name is not None}
    if split not in names:
        short = sorted(name for name in names if len(name) <= LONGEST)[:MOST]
        raise UnknownNameError(kind="split of this data set", name=split, known=short)
