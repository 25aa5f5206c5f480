"""RefCOCOg's regions, to be described in a phrase (Mao et al., 2016)."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

from typing_extensions import override

from deixis.data import RegionSample
from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.published import PublishedBenchmark, picture_name
from deixis.evals.scores.cider import Frequencies
from deixis.evals.scoring import CAPTION_MEASURES, caption_numbers


@final
@dataclass(frozen=True, kw_only=True)
class RefCocog(PublishedBenchmark):
    """One region a row; the references are what people said of it. RefCOCO and RefCOCO+ are read as
    well. Words weigh in CIDEr-D by the references of the whole part, however many are asked.
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
