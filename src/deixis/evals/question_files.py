"""What benchmarks share that read questions without regions from published files themselves."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.core.images import ImageSource, open_image
from deixis.evals.benchmark import Benchmark, Options, Query, Sample
from deixis.evals.records import PublishedFolder, Record


@dataclass(frozen=True, kw_only=True)
class QuestionFiles(Benchmark):
    """The records of some files, in their order, and the folder of their pictures.

    `form` says which files are expected, `splits` are the parts, the usual one first.
    """

    form: ClassVar[str]
    splits: ClassVar[tuple[str, ...]]
    records: Sequence[Record]
    images: Path
    skips_bad: bool = False
    _bad: list[str] = field(default_factory=list)

    @property
    @override
    def bad(self) -> tuple[str, ...]:
        return tuple(self._bad)

    @classmethod
    def folder(cls, options: Options) -> PublishedFolder:
        """--data, or UsageError with the files that are expected."""
        title = cls.about.title
        if options.data is None:
            raise UsageError(
                f"{title} needs its files: --data DIR with {cls.form} (from {cls.about.origin})"
            )
        if options.num_pictures is not None:
            raise UsageError("the number of pictures is that of the files: use --limit instead")
        return PublishedFolder(
            path=options.data, title=title, form=cls.form, pictures=options.images
        )

    @classmethod
    def split_of(cls, options: Options) -> str:
        """The part that is asked for."""
        split = options.split or cls.splits[0]
        if split not in cls.splits:
            raise UnknownNameError(kind=f"split of {cls.about.title}", name=split, known=cls.splits)
        return split

    @override
    def samples(self) -> Iterator[Sample]:
        self._bad.clear()
        for place, record in enumerate(self.records):
            try:
                found = self.made(place, record)
            except SampleError as error:
                if not self.skips_bad:
                    raise
                self._bad.append(str(error))
            else:
                yield from found

    @override
    def question(self, sample: Sample) -> Query:
        record = self.records[sample.place]
        try:
            image = open_image(self.picture(sample))
        except UsageError as error:
            raise record.bad(str(error)) from None
        return Query(image=image, text=sample.text, regions={})

    def picture(self, sample: Sample) -> ImageSource:
        """What is opened."""
        return self.images / sample.picture

    @abstractmethod
    def made(self, place: int, record: Record) -> list[Sample]:
        """The questions of one record, which stands at that place."""
