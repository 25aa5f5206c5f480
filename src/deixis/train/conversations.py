"""The answers of a data set's conversations, each to be learned from what was said before it."""

import abc
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import final, overload

import numpy as np
from jaxtyping import Int64
from typing_extensions import override

from deixis.core.errors import ImageError, RegionError, SampleError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.data import RegionDataset, RegionSample, datasets
from deixis.data import Turn as Said
from deixis.data.reading.json_rows import Nested
from deixis.train.source import Source


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LearnedTurn:
    """One answer of a conversation to learn, and where it stands.

    `earlier` are the questions and answers before it. All words may hold the `{slot}`s of
    `regions`.
    """

    row: int | str
    pictures: tuple[Path, ...]
    question: str
    answer: str
    earlier: tuple[Said, ...] = ()
    regions: Mapping[str, Region] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What was asked, after the earlier questions and answers, a line each."""
        said = [words for turn in self.earlier for words in (turn.question, turn.answer)]
        return "\n".join([*said, self.question])


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedTurn:
    """A turn with its pictures opened, and what is known of each, before marks were drawn; empty:
    nothing of any. `unmarked` is the first without them, where they were and it was asked for;
    `kind` is what sort of question it is, where that is known.
    """

    turn: LearnedTurn
    images: tuple[Image, ...]
    unmarked: Image | None = None
    notes: tuple[tuple[Region, ...], ...] = ()
    kind: str = ""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An answer to learn as its data set tells it: which turn of which sample, and its row."""

    sample: RegionSample
    number: int
    file: Path
    row: int | str

    def turn(self) -> LearnedTurn:
        """The turn after those before it."""
        return turn_of(self.sample, self.number, row=self.row)


class ConversationSource(Source):
    """Answers to learn, whose pictures and regions are those of a data set.

    `file` names it; `bad` tells of the rows that were left out, by their index.
    """

    file: Path
    bad: Mapping[int, str]

    @abc.abstractmethod
    def told(self, index: int, generator: np.random.Generator) -> Told:
        """The answer at this index, its words and choices drawn; no picture is opened."""

    def opened(self, told: Told, generator: np.random.Generator) -> OpenedTurn:
        """An answer of this source with its pictures."""
        return opened_turn(told.turn(), told.file)

    def seen(self, told: Told, generator: np.random.Generator) -> OpenedTurn:
        """The same, and where marks were drawn, the first picture without them."""
        return self.opened(told, generator)

    @override
    def example(self, index: int, generator: np.random.Generator) -> OpenedTurn:
        return self.opened(self.told(index, generator), generator)

    @property
    @abc.abstractmethod
    def num_an_epoch(self) -> int:
        """Answers that an epoch goes through."""

    @property
    @abc.abstractmethod
    def summary(self) -> str:
        """What there is to learn from, in words."""


class ConversationsOver(ConversationSource):
    """The answers of another source, opened in another way."""

    source: ConversationSource

    @property
    @override
    def num_examples(self) -> int | None:
        return self.source.num_examples

    @property
    @override
    def digest(self) -> str:
        return self.source.digest

    @property
    @override
    def num_an_epoch(self) -> int:
        return self.source.num_an_epoch

    @override
    def told(self, index: int, generator: np.random.Generator) -> Told:
        return self.source.told(index, generator)


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Turns(Sequence[LearnedTurn]):
    """All turns of a data set in their order, read when they are asked for."""

    dataset: RegionDataset
    rows: Int64[np.ndarray, " row"]  # those that are good
    nested: Nested  # the turns of each

    def __len__(self) -> int:
        return len(self.nested)

    @overload
    def __getitem__(self, index: int) -> LearnedTurn: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LearnedTurn]: ...

    def __getitem__(self, index: int | slice) -> LearnedTurn | Sequence[LearnedTurn]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"there are {len(self)} turns, none is at {index}")
        return self.told(place, None).turn()

    def told(self, index: int, generator: np.random.Generator | None) -> Told:
        """One turn; with a generator, in the words that are drawn."""
        place, number = self.nested.place(index)
        row = int(self.rows[place])
        sample = self.dataset.sample(row, generator)
        number = min(number, len(sample.turns) - 1)
        return Told(sample=sample, number=number, file=self.dataset.path, row=self.dataset.row(row))


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Conversations(ConversationSource):
    """The turns of a data set, every row of which was read once."""

    file: Path
    turns: Turns
    num_rows: int
    bad: Mapping[int, str] = field(default_factory=dict)
    digest: str = ""  # of what the rows say

    @property
    @override
    def num_examples(self) -> int:
        return len(self.turns)

    @property
    @override
    def num_an_epoch(self) -> int:
        return len(self.turns)

    @property
    @override
    def summary(self) -> str:
        return f"{len(self.turns)} answers in {self.num_rows - len(self.bad)} rows of {self.file}"

    @override
    def told(self, index: int, generator: np.random.Generator) -> Told:
        return self.turns.told(index, generator)


def read_conversations(
    file: Path,
    images: Path | None,
    *,
    form: str = "llava",
    split: str | None = None,
    skip_bad: bool = False,
    text_alone: bool = True,
) -> Conversations:
    """The turns of a data set in any format of `deixis.data`.

    Every row is read once here; pictures are looked for, and opened when they are needed. A bad row
    is a SampleError, or, with `skip_bad`, left out and told of in `bad`; rows without a picture are
    bad unless `text_alone`.
    """
    dataset = datasets.get(form).open(file, images=images, split=split)
    good: list[int] = []
    lengths: list[int] = []
    bad: dict[int, str] = {}
    told = hashlib.sha256()
    for index in range(len(dataset)):
        try:
            sample = dataset.sample(index)
            num_turns = _num_turns(sample, dataset, index, text_alone=text_alone)
        except SampleError as error:
            if not skip_bad:
                raise
            bad[index] = str(error)
            continue
        good.append(index)
        lengths.append(num_turns)
        told.update(_told(sample).encode("utf-8", "surrogatepass"))
    if not good:
        raise UsageError(
            f"{file} has no row to learn from: {len(bad)} of {len(dataset)} rows are bad"
        )
    turns = Turns(
        dataset=dataset,
        rows=np.array(good, dtype=np.int64),
        nested=Nested.of(lengths),
    )
    return Conversations(
        file=dataset.path,
        turns=turns,
        num_rows=len(dataset),
        bad=bad,
        digest=told.hexdigest(),
    )


def turn_of(sample: RegionSample, number: int, *, row: int | str) -> LearnedTurn:
    """A turn of a sample, after those before it."""
    turn = spoken_turn(sample.turns, number, sample.pictures, row=row)
    mentioned = sample.regions_of(Said(question=turn.text, answer=turn.answer))
    return replace(turn, regions=mentioned) if mentioned else turn


def spoken_turn(
    turns: Sequence[Said], number: int, pictures: tuple[Path, ...], *, row: int | str
) -> LearnedTurn:
    """A turn after those before it, in which no region is spoken of."""
    turn, earlier = turns[number], tuple(turns[:number])
    return LearnedTurn(
        row=row, pictures=pictures, question=turn.question, answer=turn.answer, earlier=earlier
    )


def opened_turn(turn: LearnedTurn, file: Path) -> OpenedTurn:
    """A turn with its pictures, in which its regions lie; SampleError names a row of the file."""
    try:
        images = tuple(open_image(path) for path in turn.pictures)
        for region in turn.regions.values():
            region.within(images[0].size)
    except (ImageError, RegionError) as error:
        raise SampleError(dataset=str(file), row=turn.row, reason=str(error)) from None
    return OpenedTurn(turn=turn, images=images)


def _told(sample: RegionSample) -> str:
    """What a row teaches, as text; where its pictures lie does not count."""
    regions = {
        slot: (region.kind, region.label, astuple(region.box()))
        for slot, region in sample.regions.items()
    }
    said = [(turn.question, turn.answer) for turn in sample.turns]
    return repr(([picture.name for picture in sample.pictures], said, regions))


def _num_turns(
    sample: RegionSample, dataset: RegionDataset, index: int, *, text_alone: bool
) -> int:
    reason = None
    if not sample.pictures and not (text_alone and not sample.regions):
        reason = "it has no image"
    if not all(turn.answer for turn in sample.turns):
        reason = "it has no answer to learn"
    if reason is not None:
        raise SampleError(dataset=str(dataset.path), row=dataset.row(index), reason=reason)
    return len(sample.turns)
