"""Benchmarks that read questions without regions straight from published files share this class."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.images import ImageLike, open_image
from deixis.evals.benchmark import Options, Query, RowBenchmark, Sample
from deixis.evals.records import PublishedFolder, Record


@dataclass(frozen=True, kw_only=True)
class QuestionFiles(RowBenchmark):
    """The records of some files come in their order, with the folder of their pictures.

    `form` says which files are expected; `splits` are the parts, the usual one first.
    """

    form: ClassVar[str]
    splits: ClassVar[tuple[str, ...]]
    records: Sequence[Record]
    images: Path

    @classmethod
    def folder(cls, options: Options) -> PublishedFolder:
        """--data has to name a folder; otherwise a UsageError lists the files that are expected."""
        data = cls.checked_files(options, f"{cls.form} (from {cls.about.origin})")
        return PublishedFolder(
            path=data, title=cls.about.title, form=cls.form, pictures=options.images
        )

    @classmethod
    def split_of(cls, options: Options) -> str:
        """The options ask for this part."""
        split = options.split or cls.splits[0]
        if split not in cls.splits:
            raise UnknownNameError(kind=f"split of {cls.about.title}", name=split, known=cls.splits)
        return split

    @property
    @override
    def num_rows(self) -> int:
        return len(self.records)

    @override
    def samples_of(self, row: int) -> list[Sample]:
        return self.made(row, self.records[row])

    @override
    def question(self, sample: Sample) -> Query:
        record = self.records[sample.place]
        try:
            image = open_image(self.picture(sample))
        except UsageError as error:
            raise record.bad(str(error)) from None
        return Query(image=image, text=sample.text, regions={})

    def picture(self, sample: Sample) -> ImageLike:
        """The sample's picture is opened from here."""
        return self.images / sample.picture

    @abstractmethod
    def made(self, place: int, record: Record) -> list[Sample]:
        """The record at this place asks these questions."""
