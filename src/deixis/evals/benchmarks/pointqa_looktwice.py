"""PointQA-LookTwice: how many there are of what one box shows (Mani et al., 2020)."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.data import RegionSample
from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.published import PublishedBenchmark, picture_name
from deixis.evals.scoring import SHORT_ANSWERS, by_number


@final
@dataclass(frozen=True, kw_only=True)
class LookTwice(PublishedBenchmark):
    """The general question, which does not name the kind; ViP-LLaVA's release asks the same."""

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
