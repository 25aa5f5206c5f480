"""Visual7W's pointing questions, four boxes as choices A to D (Zhu et al., 2016)."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.data import RegionSample
from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.published import PublishedBenchmark, picture_name, right_letter
from deixis.evals.scoring import SHORT_ANSWERS, by_letter


@final
@dataclass(frozen=True, kw_only=True)
class Visual7WPointing(PublishedBenchmark):
    """A question a row; the order of the choices follows from its id."""

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
