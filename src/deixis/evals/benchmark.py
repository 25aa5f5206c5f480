"""A benchmark implements this interface, and gives and takes these values."""

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
    """A benchmark's card says what it asks and where it comes from. `guess` is the score of
    guessing, where that can be stated.
    """

    title: str
    asks: str
    origin: str
    licence: str
    guess: float | None = None
    max_new_tokens: int = 32


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """These options choose which part of which files a benchmark asks about: `data` is the folder
    of a published set, `split` a part of it.

    `images` is where its pictures lie, if not where they were published. `num_pictures` is how many
    pictures a benchmark makes that draws its own; None is its default. `skips_bad` leaves bad rows
    out; `Benchmark.bad` lists them. `corruption` damages the pictures of benchmarks that allow it
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
        """Split and corruption are told, as they make the questions others than the usual ones;
        the text is empty where neither is set.
        """
        split = "" if self.split is None else f"({self.split})"
        corruption = "" if self.corruption is None else f"under {self.corruption}"
        return " ".join(filter(None, (split, corruption)))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """A sample is one question with its true answer, but without the picture.

    `key` identifies it for good. `picture` names the picture it is about, by which intervals are
    clustered. `text` holds a `{slot}` for each of `regions`. `together` joins questions that count
    only if all of them are right. `tags` are the parts that it is reported in. `place` is where the
    benchmark finds it again.
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
        """The digest covers words, places and truth: two runs with the same digest asked the
        same.
        """
        places = {slot: region_json.to_record(region) for slot, region in self.regions.items()}
        known = [self.key, self.text, self.truth, self.choices, places]
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Query:
    """A query is what the model is asked: a picture, words with `{slot}`s, and the regions that
    fill them.
    """

    image: Image
    text: str
    regions: Mapping[str, Region]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A verdict has an answer's numbers, which measures sum up, and what was read in the answer:
    None if nothing could be read.
    """

    numbers: Mapping[str, float]
    read: str | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class GradeRequest:
    """Only a judge can grade this answer; the request holds what the judge compares."""

    question: str
    truth: str


class Benchmark(ABC):
    """A benchmark supplies samples, asks them as questions, and scores the answers.

    `measures` are reported for all samples and for each tag; the first one leads. `together` names
    the share of groups in which every answer is right, if samples have groups; that share is then
    the headline. Where `scores_choices` is set, a sample's choices are not asked for: each is
    scored as an answer, by the mean log-probability of its tokens, and the answer is the best five
    of them, one a line. A model that tells no probabilities is asked for one of them in words.
    """

    about: ClassVar[About]
    measures: ClassVar[tuple[Measure, ...]]
    together: ClassVar[str | None] = None
    needs_judge: ClassVar[bool] = False
    scores_choices: ClassVar[bool] = False

    @property
    def bad(self) -> tuple[str, ...]:
        """These messages say what was wrong with the rows that were left out so far."""
        return ()

    @classmethod
    @abstractmethod
    def of(cls, options: Options) -> "Benchmark":
        """The benchmark is built on these files; a UsageError says what is missing."""

    @abstractmethod
    def samples(self) -> Iterator[Sample]:
        """All samples come in the same order every time."""

    @property
    def num_places(self) -> int | None:
        """So many places have a sample that can be made on its own with `at`, so that a small
        choice makes no others; None means that samples can only be made all together.
        """
        return None

    def at(self, place: int) -> Sample | None:
        """One place's sample is made on its own; None means that it has none, because its bad
        row is left out.
        """
        raise NotImplementedError("a benchmark with places makes the sample of each")

    @abstractmethod
    def question(self, sample: Sample) -> Query:
        """The sample is turned into the query that is asked, with its picture opened."""

    @abstractmethod
    def score(self, sample: Sample, answer: str) -> Verdict | GradeRequest:
        """The answer is scored by rule, or a judge is requested."""


@dataclass(frozen=True, kw_only=True)
class RowBenchmark(Benchmark):
    """The samples are made from rows, any of which may be bad: a bad row ends the run, or with
    `skips_bad` it is left out and counted.
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
        """The data has so many rows."""

    @abstractmethod
    def samples_of(self, row: int) -> list[Sample]:
        """The row at this place asks these questions."""

    @override
    def samples(self) -> Iterator[Sample]:
        self._bad.clear()
        for row in range(self.num_rows):
            yield from self.unless_bad(row)

    def unless_bad(self, row: int) -> list[Sample]:
        """A row asks its questions, or none if it is bad and bad rows are left out."""
        try:
            return self.samples_of(row)
        except SampleError as error:
            if not self.skips_bad:
                raise
            self._bad[row] = str(error)
            return []

    @classmethod
    def checked_files(cls, options: Options, form: str) -> Path:
        """--data has to be a folder; otherwise a UsageError lists the files that are expected."""
        if options.data is None:
            raise UsageError(f"{cls.about.title} needs its files: --data DIR with {form}")
        if options.num_pictures is not None:
            raise UsageError("the number of pictures is that of the files: use --limit instead")
        return options.data
