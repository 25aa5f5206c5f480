"""Which of four marked things is it? The form of Visual7W's pointing task, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.verdicts import SHORT_ANSWERS, by_letter
from deixis_lab.parts.benchmarks._scenes import LICENCE, ORIGIN, SceneBenchmark
from deixis_lab.world.scene import Scene


@final
@dataclass(frozen=True, kw_only=True)
class ScenesPointing(SceneBenchmark):
    """Four regions as choices A to D; tags say by what the thing is named."""

    about: ClassVar = About(
        title="Things: pointing",
        asks="which of four regions is the one that is named; twin of Visual7W",
        origin=ORIGIN,
        licence=LICENCE,
        guess=0.25,
    )
    measures: ClassVar = SHORT_ANSWERS

    @override
    def made(self, index: int, scene: Scene) -> list[Sample]:
        asked = self.asked("pointing", index, scene)
        if asked is None:
            return []
        sample = Sample(
            key=f"{scene.name}/pointing",
            picture=scene.name,
            text=asked.text,
            truth=(asked.answer,),
            regions=asked.regions,
            choices=asked.turns[0].choices,
            tags=(f"by {asked.variant}",),
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_letter(sample, answer)
