"""What every data set is: a card, splits, and examples that are read when they are asked for."""

import abc
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np

from deixis.core.errors import DeixisError, SampleError, UnknownNameError
from deixis.core.untrusted_text import is_text, shown
from deixis.data.reading.fields import BadRowError
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
    """Examples with regions, from files as they are published.

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
        """The data set of a file or folder. `images` is where its pictures lie, if not where they
        are published; `split` takes only that part, by the name that the data set itself uses.
        """

    @abc.abstractmethod
    def __len__(self) -> int:
        """How many rows there are, bad ones too."""

    @abc.abstractmethod
    def row(self, index: int) -> int | str:
        """What names the row in its file: its number from 1, or its id."""

    @abc.abstractmethod
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        """The example; BadRowError or another DeixisError where it has none."""

    def sample(self, index: int, generator: np.random.Generator | None = None) -> RegionSample:
        """The example at this index; SampleError names a bad row.

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


def _checked(sample: RegionSample) -> RegionSample:
    """A sample whose words can be said, written and shown to a model."""
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
    """The part that a row says it is of."""
    named = row.get("split") if isinstance(row, dict) else None
    return named if isinstance(named, str) else None


def check_split(split: str, known: Iterable[object]) -> None:
    """Refuse a part that a data set does not have."""
    names = {str(name) for name in known if name is not None}
    if split not in names:
        short = sorted(name for name in names if len(name) <= LONGEST)[:MOST]
        raise UnknownNameError(kind="split of this data set", name=split, known=short)
