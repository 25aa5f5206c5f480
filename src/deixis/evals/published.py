"""What benchmarks on published files share: rows are read by `deixis.data` when they are needed."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from typing_extensions import override

from deixis.core.errors import SampleError, UsageError
from deixis.data import RegionDataset, RegionSample, Turn, datasets
from deixis.evals.benchmark import Benchmark, Options, Query, Sample
from deixis.evals.scores.letters import LETTERS


@dataclass(frozen=True, kw_only=True)
class PublishedBenchmark(Benchmark):
    """The rows of one data set, in its order. `reader` is its name in `deixis.data`, `usual` the
    part that papers report.
    """

    reader: ClassVar[str]
    usual: ClassVar[str | None]
    dataset: RegionDataset
    skips_bad: bool = False
    _bad: list[str] = field(default_factory=list)

    @property
    @override
    def bad(self) -> tuple[str, ...]:
        return tuple(self._bad)

    @classmethod
    @override
    def of(cls, options: Options) -> "PublishedBenchmark":
        """From --data; UsageError says which files are expected."""
        kind = datasets.get(cls.reader)
        if options.data is None:
            raise UsageError(
                f"{cls.about.title} needs its files: --data DIR with {kind.card.form} "
                f"(from {kind.card.origin})"
            )
        if options.num_pictures is not None:
            raise UsageError("the number of pictures is that of the files: use --limit instead")
        split = options.split or cls.usual
        dataset = kind.open(options.data, images=options.images, split=split)
        return cls(dataset=dataset, skips_bad=options.skips_bad)

    @override
    def samples(self) -> Iterator[Sample]:
        self._bad.clear()
        for index in range(len(self.dataset)):
            try:
                found = self.dataset.sample(index)
            except SampleError as error:
                if not self.skips_bad:
                    raise
                self._bad.append(str(error))
            else:
                yield from self.made(index, found)

    @override
    def question(self, sample: Sample) -> Query:
        found = self.dataset.sample(sample.place)
        try:
            image = found.image()
        except UsageError as error:
            row = self.dataset.row(sample.place)
            raise SampleError(dataset=self.reader, row=row, reason=str(error)) from None
        return Query(image=image, text=sample.text, regions=sample.regions)

    @abstractmethod
    def made(self, index: int, found: RegionSample) -> list[Sample]:
        """The questions of one row."""


def picture_name(found: RegionSample) -> str:
    """The picture by its file and folder, the same on every machine."""
    return "/".join(found.picture.parts[-2:])


def right_letter(turn: Turn) -> str:
    """Of the right choice; UsageError where a part keeps its answers secret."""
    if turn.right is None:
        raise UsageError("this part of the data has no answers; choose another with --split")
    return LETTERS[turn.right]
