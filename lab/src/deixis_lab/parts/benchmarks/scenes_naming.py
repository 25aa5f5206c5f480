"""What is in the mark? The plainest question about a region, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.verdicts import SHORT_ANSWERS, by_words
from deixis_lab.parts.benchmarks._scenes import LICENCE, ORIGIN, SceneBenchmark, clear_things
from deixis_lab.world.scene import Scene

TEXT = "What is {first}?"
USE = "one thing"


@final
@dataclass(frozen=True, kw_only=True)
class ScenesNaming(SceneBenchmark):
    """One region a picture; whether it is alone in the picture is a tag."""

    about: ClassVar = About(
        title="Things: naming",
        asks="the name of the thing in the region",
        origin=ORIGIN,
        licence=LICENCE,
    )
    measures: ClassVar = SHORT_ANSWERS

    @override
    def made(self, index: int, scene: Scene) -> list[Sample]:
        things = clear_things(scene)
        if not things:
            return []
        thing = self.world.asking(index, USE).pick(things)
        is_alone = len(set(scene.names)) == 1
        sample = Sample(
            key=f"{scene.name}/naming",
            picture=scene.name,
            text=TEXT,
            truth=(thing.name,),
            regions={"first": thing.region},
            tags=("alone" if is_alone else "among others",),
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_words(sample, answer)
