"""Benchmarks over published regions read their rows through `deixis.data` when they need them.

RefCOCOg's regions are to be described in a phrase (Mao et al., 2016). VCR asks for an answer out of
four, and its reason out of four (Zellers et al., 2019). Visual7W's pointing questions have four
boxes as choices A to D (Zhu et al., 2016). PointQA-LookTwice asks how many there are of what one
box shows (Mani et al., 2020).
"""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import SampleError, UsageError
from deixis.data import RegionDataset, RegionSample, Turn, datasets
from deixis.evals.benchmark import About, Options, Query, RowBenchmark, Sample, Verdict
from deixis.evals.scores.cider import Frequencies
from deixis.evals.scores.letters import LETTERS
from deixis.evals.verdicts import (
    ANSWER,
    BOTH,
    CAPTION_MEASURES,
    REASON,
    SHORT_ANSWERS,
    by_letter,
    by_number,
    caption_numbers,
    reason_text,
)
from deixis.evals.wording import mentioned


@dataclass(frozen=True, kw_only=True)
class PublishedBenchmark(RowBenchmark):
    """The rows of one data set come in its order. `reader` is its name in `deixis.data`, `usual`
    the part that papers report.
    """

    reader: ClassVar[str]
    usual: ClassVar[str | None]
    dataset: RegionDataset

    @classmethod
    @override
    def of(cls, options: Options) -> "PublishedBenchmark":
        """--data is opened; a UsageError says which files are expected."""
        kind = datasets.get(cls.reader)
        data = cls.checked_files(options, f"{kind.card.form} (from {kind.card.origin})")
        split = options.split or cls.usual
        dataset = kind.open(data, images=options.images, split=split)
        return cls(dataset=dataset, skips_bad=options.skips_bad)

    @property
    @override
    def num_rows(self) -> int:
        return len(self.dataset)

    @override
    def samples_of(self, row: int) -> list[Sample]:
        return self.made(row, self.dataset.sample(row))

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
        """One row asks these questions."""


def picture_name(found: RegionSample) -> str:
    """The picture is named by its file and folder, the same on every machine."""
    return "/".join(found.picture.parts[-2:])


def right_letter(turn: Turn) -> str:
    """The right choice has this letter; UsageError where a part keeps its answers secret."""
    if turn.right is None:
        raise UsageError("this part of the data has no answers; choose another with --split")
    return LETTERS[turn.right]


@final
@dataclass(frozen=True, kw_only=True)
class LookTwice(PublishedBenchmark):
    """The general question does not name the kind of thing; ViP-LLaVA's release asks the same."""

    reader: ClassVar = "pointqa_looktwice"
    usual: ClassVar = "test"
    about: ClassVar = About(
        title="PointQA-LookTwice",
        asks="how many there are of the kind in the region",
        origin="https://github.com/princetonvisualai/pointingqa",
        licence="none is stated",
    )
    measures: ClassVar = SHORT_ANSWERS

    @override
    def made(self, index: int, found: RegionSample) -> list[Sample]:
        (turn,) = found.turns
        sample = Sample(
            key=f"pointqa_looktwice/{found.id}",
            picture=picture_name(found),
            text=turn.question,
            truth=(turn.answer,),
            regions=found.regions_of(turn),
            tags=("one" if turn.answer == "1" else "several",),
            place=index,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_number(sample, answer)


@final
@dataclass(frozen=True, kw_only=True)
class RefCocog(PublishedBenchmark):
    """Each row is one region; the references are what people said of it. RefCOCO and RefCOCO+
    are read as well. CIDEr-D weighs words by the references of the whole part, however many are
    asked.
    """

    reader: ClassVar = "refcoco"
    usual: ClassVar = "val"
    about: ClassVar = About(
        title="RefCOCOg region description",
        asks="a phrase for the region (METEOR, CIDEr-D)",
        origin="https://github.com/lichengunc/refer",
        licence="Apache-2.0 (annotations); the pictures keep COCO's terms",
    )
    measures: ClassVar = CAPTION_MEASURES

    @override
    def made(self, index: int, found: RegionSample) -> list[Sample]:
        (turn,) = found.turns
        sample = Sample(
            key=f"refcoco/{found.id}",
            picture=picture_name(found),
            text=turn.question,
            truth=turn.references,
            regions=found.regions_of(turn),
            place=index,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        numbers = caption_numbers(answer, sample.truth, self._frequencies)
        return Verdict(numbers=numbers, read=answer.strip() or None)

    @cached_property
    def _frequencies(self) -> Frequencies:
        return Frequencies.of(sample.truth for sample in self.samples())


@final
@dataclass(frozen=True, kw_only=True)
class Vcr(PublishedBenchmark):
    """Each row asks two questions. The second one tells the right answer of the first."""

    reader: ClassVar = "vcr"
    usual: ClassVar = "val"
    about: ClassVar = About(
        title="VCR",
        asks="what happens among the regions, and why",
        origin="https://visualcommonsense.com",
        licence="its own: non-commercial research, by agreement",
        guess=1 / 16,
    )
    measures: ClassVar = SHORT_ANSWERS
    together: ClassVar = BOTH

    @override
    def made(self, index: int, found: RegionSample) -> list[Sample]:
        answer, reason = found.turns
        right_letter(answer)
        right = answer.choices[answer.right or 0]
        texts = {
            ANSWER: answer.question,
            REASON: reason_text(answer.question, right, reason.question),
        }
        return [
            Sample(
                key=f"vcr/{found.id}/{tag}",
                picture=picture_name(found),
                text=texts[tag],
                truth=(right_letter(turn),),
                regions=mentioned(texts[tag], found.regions),
                choices=turn.choices,
                tags=(tag,),
                together=f"vcr/{found.id}",
                place=index,
            )
            for tag, turn in ((ANSWER, answer), (REASON, reason))
        ]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_letter(sample, answer)


@final
@dataclass(frozen=True, kw_only=True)
class Visual7WPointing(PublishedBenchmark):
    """Each row is a question; the order of its choices follows from its id."""

    reader: ClassVar = "visual7w"
    usual: ClassVar = "test"
    about: ClassVar = About(
        title="Visual7W pointing",
        asks="which of four regions answers the question",
        origin="http://ai.stanford.edu/~yukez/visual7w",
        licence="MIT (annotations)",
        guess=0.25,
    )
    measures: ClassVar = SHORT_ANSWERS

    @override
    def made(self, index: int, found: RegionSample) -> list[Sample]:
        (turn,) = found.turns
        sample = Sample(
            key=f"visual7w/{found.id}",
            picture=picture_name(found),
            text=turn.question,
            truth=(right_letter(turn),),
            regions=found.regions_of(turn),
            choices=turn.choices,
            place=index,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_letter(sample, answer)
