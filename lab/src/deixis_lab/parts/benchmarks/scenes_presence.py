"""Is it there? Half yes, with hard negatives: the form of POPE, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.measure import ACCURACY, Measure
from deixis.evals.scores.short_answers import (
    NUMBERS,
    balanced_accuracy,
    f1,
    read_yes_no,
    yes_no_numbers,
    yes_share,
)
from deixis_lab.parts.benchmarks._scenes import LICENCE, ORIGIN, SceneBenchmark
from deixis_lab.world.scene import Scene

SPOKEN = {True: "yes", False: "no", None: None}


@final
@dataclass(frozen=True, kw_only=True)
class ScenesPresence(SceneBenchmark):
    """No region; tags say how the decoys were chosen."""

    about: ClassVar = About(
        title="Things: presence",
        asks="whether a thing is in the picture; twin of POPE",
        origin=ORIGIN,
        licence=LICENCE,
        guess=0.5,
    )
    one_each: ClassVar = True
    measures: ClassVar = (
        ACCURACY,
        Measure(
            name="balanced accuracy",
            numbers=NUMBERS,
            value=lambda sums: balanced_accuracy(sums[..., :-1]),
        ),
        Measure(name="F1", numbers=NUMBERS, value=lambda sums: f1(sums[..., :-1])),
        Measure(name="says yes", numbers=NUMBERS, value=lambda sums: yes_share(sums[..., :-1])),
    )

    @override
    def made(self, index: int, scene: Scene) -> list[Sample]:
        asked = self.asked("presence", index, scene)
        if asked is None:
            return []
        sample = Sample(
            key=f"{scene.name}/presence",
            picture=scene.name,
            text=asked.text,
            truth=(asked.answer,),
            tags=(asked.variant or "",),
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        numbers = yes_no_numbers(answer, is_yes=sample.truth[0] == "yes")
        right = numbers["yes_right"] + numbers["no_right"]
        return Verdict(numbers=numbers | {"right": right}, read=SPOKEN[read_yes_no(answer)])
