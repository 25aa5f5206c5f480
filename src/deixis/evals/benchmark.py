"""What every benchmark implements, and the values that it gives and takes."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, final

from typing_extensions import override

from deixis.core import region_json
from deixis.core.errors import SampleError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.evals.measure import Measure


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What a benchmark is. `guess` is what guessing gives, where that can be said."""

    title: str
    asks: str
    origin: str
    licence: str
    guess: float | None = None
    max_new_tokens: int = 32


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Which part of which files: `data` is a folder of a published set, `split` a part of it.

    `images` is where its pictures lie, if not where they are published. `num_pictures` is how many
    pictures a benchmark that draws its own has; None is its default. `skips_bad` leaves bad rows
    out; `Benchmark.bad` tells which. `corruption` is done to the pictures of those that can
    ("contrast:3").
    """

    data: Path | None = None
    images: Path | None = None
    split: str | None = None
    num_pictures: int | None = None
    skips_bad: bool = False
    corruption: str | None = None

    @property
    def told(self) -> str:
        """What of it makes the questions others than the usual ones; empty: nothing."""
        split = "" if self.split is None else f"({self.split})"
        corruption = "" if self.corruption is None else f"under {self.corruption}"
        return " ".join(filter(None, (split, corruption)))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One question and its truth, without the picture.

    `key` names it for good. `picture` is what it is about: intervals are clustered by it. `text`
    holds a `{slot}` for each of `regions`. `together` joins questions that count only if all of
    them are right. `tags` are the parts that it is reported in. `place` is where the benchmark
    finds it again.
    """

    key: str
    picture: str
    text: str
    truth: tuple[str, ...]
    regions: Mapping[str, Region] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    together: str | None = None
    place: int = 0

    @property
    def asks(self) -> str:
        """A digest of the words, places and truth: two runs that agree in it asked the same."""
        places = {slot: region_json.to_record(region) for slot, region in self.regions.items()}
        known = [self.key, self.text, self.truth, self.choices, places]
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Query:
    """What is asked: a picture, words with `{slot}`s, and the regions that stand in them."""

    image: Image
    text: str
    regions: Mapping[str, Region]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """An answer's numbers, which measures sum, and what was read in it; None: nothing could be."""

    numbers: Mapping[str, float]
    read: str | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class GradeRequest:
    """An answer that only a judge can grade: what it is asked to compare."""

    question: str
    truth: str


class Benchmark(ABC):
    """Samples, questions and scores.

    `measures` are reported for all samples and for each tag, the first one foremost. `together`
    names the share of groups in which all is right, if the samples have groups; it is then the
    headline. Where `scores_choices`, a sample's choices are not asked for: each is scored as an
    answer, by the mean log-probability of its tokens, and the answer is the best five of them, a
    line each. A model that tells no probabilities is asked for one of them in words.
    """

    about: ClassVar[About]
    measures: ClassVar[tuple[Measure, ...]]
    together: ClassVar[str | None] = None
    needs_judge: ClassVar[bool] = False
    scores_choices: ClassVar[bool] = False

    @property
    def bad(self) -> tuple[str, ...]:
        """What was wrong with the rows that were left out so far."""
        return ()

    @classmethod
    @abstractmethod
    def of(cls, options: Options) -> "Benchmark":
        """The benchmark on these files; UsageError says what is missing."""

    @abstractmethod
    def samples(self) -> Iterator[Sample]:
        """All of them, in the same order every time."""

    @property
    def num_places(self) -> int | None:
        """How many places have a sample each that can be made without the others (`at`), so that
        of a few no more are made; None: only all together.
        """
        return None

    def at(self, place: int) -> Sample | None:
        """The sample of one place; None: there is none (a bad row that is left out)."""
        raise NotImplementedError("a benchmark with places makes the sample of each")

    @abstractmethod
    def question(self, sample: Sample) -> Query:
        """The sample as it is asked, its picture opened."""

    @abstractmethod
    def score(self, sample: Sample, answer: str) -> Verdict | GradeRequest:
        """How good an answer is, or what a judge must be asked."""


@dataclass(frozen=True, kw_only=True)
class RowBenchmark(Benchmark):
    """A benchmark whose samples come of rows that may be bad: a bad one ends the run, or with
    `skips_bad` is left out and counted.
    """

    skips_bad: bool = False
    _bad: dict[int, str] = field(default_factory=dict)  # by their rows

    @property
    @override
    def bad(self) -> tuple[str, ...]:
        return tuple(self._bad.values())

    @property
    @abstractmethod
    def num_rows(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def samples_of(self, row: int) -> list[Sample]:
        """The questions of the row in that place."""

    @override
    def samples(self) -> Iterator[Sample]:
        self._bad.clear()
        for row in range(self.num_rows):
            yield from self.unless_bad(row)

    def unless_bad(self, row: int) -> list[Sample]:
        """The questions of a row; none of a bad one that is left out."""
        try:
            return self.samples_of(row)
        except SampleError as error:
            if not self.skips_bad:
                raise
            self._bad[row] = str(error)
            return []

    @classmethod
    def checked_files(cls, options: Options, form: str) -> Path:
        """The folder of --data, or a UsageError with the files that are expected."""
        if options.data is None:
            raise UsageError(f"{cls.about.title} needs its files: --data DIR with {form}")
        if options.num_pictures is not None:
            raise UsageError("the number of pictures is that of the files: use --limit instead")
        return options.data
