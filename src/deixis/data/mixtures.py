"""Data sets are mixed: whose row comes when is a function of (seed, position) alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import SampleError, UsageError
from deixis.core.ordering import shuffled
from deixis.data import RegionDataset, datasets
from deixis.data.reading.fields import (
    BadRowError,
    check_names,
    list_of,
    number,
    record_of,
    text_of,
)
from deixis.data.reading.json_stream import small_json

FIELDS = ("format", "path", "images", "split", "weight", "name")
APART = 1_000_003  # keeps the parts' own orders apart
MOST = 10_000.0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """An epoch goes through a data set so many times: 1 all of it, 0.5 half, 8 eight times.

    Where it is not whole, each epoch goes on where the one before ended, so all rows have a turn.
    """

    name: str
    dataset: RegionDataset
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.weight <= MOST:
            raise UsageError(
                f"a part's weight is above 0, at most {MOST:g}; {self.name!r} has {self.weight}"
            )
        if not len(self.dataset):
            raise UsageError(f"{self.dataset.path} has no row to mix")

    @property
    def num_an_epoch(self) -> int:
        """An epoch has so many rows of it, at least one."""
        return max(1, round(self.weight * len(self.dataset)))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class MixturePlace:
    """A row of a part comes at a position, in an epoch of the mixture."""

    part: int
    index: int
    epoch: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Mixture:
    """The parts are shuffled together anew in each epoch."""

    parts: tuple[Part, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.parts:
            raise UsageError("a mixture needs at least one part, got none")
        if self.seed < 0:
            raise UsageError(f"a mixture's seed is 0 or more, got {self.seed}")

    @property
    def num_an_epoch(self) -> int:
        """An epoch has so many rows."""
        return sum(part.num_an_epoch for part in self.parts)

    def at(self, position: int) -> MixturePlace:
        """A row comes at this position of the run; epoch follows epoch."""
        epoch, place = divmod(position, self.num_an_epoch)
        (slot,) = shuffled([place], self.num_an_epoch, seed=self.seed, epoch=epoch)
        number = 0
        while slot >= self.parts[number].num_an_epoch:
            slot -= self.parts[number].num_an_epoch
            number += 1
        part = self.parts[number]
        length = len(part.dataset)
        own_epoch, own_place = divmod(epoch * part.num_an_epoch + slot, length)
        own_seed = self.seed * APART + number + 1
        (index,) = shuffled([own_place], length, seed=own_seed, epoch=own_epoch)
        return MixturePlace(part=number, index=index, epoch=epoch)


def read_mixture(file: Path, *, seed: int = 0) -> Mixture:
    """A mixture is a file {"parts": [{"format", "path", "images", "split", "weight"}, …]}.

    Paths are seen from the file's folder.
    """
    try:
        listed = list_of(record_of(small_json(file), "the file"), "parts")
    except (BadRowError, SampleError) as problem:
        raise UsageError(f"{file} is not a mixture: {problem}") from None
    return Mixture(
        parts=tuple(_part(entry, place, file) for place, entry in enumerate(listed, start=1)),
        seed=seed,
    )


def _part(entry: object, place: int, file: Path) -> Part:
    try:
        record = record_of(entry, "a part")
        check_names(record, FIELDS)
        kind, path = text_of(record, "format"), file.parent / text_of(record, "path")
        images = file.parent / text_of(record, "images") if "images" in record else None
        split = text_of(record, "split") if "split" in record else None
        weight = number(record.get("weight", 1.0), "'weight'")
        name = text_of(record, "name") if "name" in record else kind
    except BadRowError as problem:
        raise UsageError(f"{file}, part {place}: {problem}") from None
    dataset = datasets.get(kind).open(path, images=images, split=split)
    return Part(name=name, dataset=dataset, weight=weight)
