"""How many are there of what is marked? The form of PointQA-LookTwice, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.verdicts import SHORT_ANSWERS, by_number
from deixis_lab.parts.benchmarks._scenes import LICENCE, ORIGIN, SceneBenchmark, clear_things
from deixis_lab.world.scene import Scene

TEXT = (
    "How many of these things are there in the picture? One of them is {first}.\n"
    "Answer the question using a single word or phrase."
)
USE = "look_twice"


@final
@dataclass(frozen=True, kw_only=True)
class ScenesLookTwice(SceneBenchmark):
    """One region and a count of 1 to 6; half of the questions are on the thing that the picture
    repeats, where it does.
    """

    about: ClassVar = About(
        title="Things: look twice",
        asks="how many there are of the kind in the region; twin of PointQA-LookTwice",
        origin=ORIGIN,
        licence=LICENCE,
    )
    measures: ClassVar = SHORT_ANSWERS

    @override
    def made(self, index: int, scene: Scene) -> list[Sample]:
        things = clear_things(scene)
        if not things:
            return []
        draws = self.world.asking(index, USE)
        repeated = [thing for thing in things if thing.name == scene.plan.repeated]
        thing = draws.pick(repeated if repeated and draws.chance(50) else things)
        count = scene.count(thing.name)
        sample = Sample(
            key=f"{scene.name}/{USE}",
            picture=scene.name,
            text=TEXT,
            truth=(str(count),),
            regions={"first": thing.region},
            tags=("one" if count == 1 else "several",),
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_number(sample, answer)
