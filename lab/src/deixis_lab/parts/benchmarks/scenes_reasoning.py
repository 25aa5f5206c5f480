"""How are two marked things alike, and why? The form of VCR, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.scores.letters import LETTERS
from deixis.evals.verdicts import ANSWER, BOTH, REASON, SHORT_ANSWERS, by_letter, reason_text
from deixis_lab.parts.benchmarks._scenes import LICENCE, ORIGIN, SceneBenchmark
from deixis_lab.world.scene import Scene


@final
@dataclass(frozen=True, kw_only=True)
class ScenesReasoning(SceneBenchmark):
    """Two questions a picture: the answer, and, with the right answer told, the reason."""

    about: ClassVar = About(
        title="Things: reasoning",
        asks="how two regions are alike, and why; twin of VCR",
        origin=ORIGIN,
        licence=LICENCE,
        guess=1 / 16,
    )
    measures: ClassVar = SHORT_ANSWERS
    together: ClassVar = BOTH

    @override
    def made(self, index: int, scene: Scene) -> list[Sample]:
        asked = self.asked("reasoning", index, scene)
        if asked is None:
            return []
        answer, reason = asked.turns
        right = answer.choices[LETTERS.index(answer.answer)]
        texts = {ANSWER: answer.text, REASON: reason_text(answer.text, right, reason.text)}
        return [
            Sample(
                key=f"{scene.name}/reasoning/{tag}",
                picture=scene.name,
                text=texts[tag],
                truth=(turn.answer,),
                regions=asked.regions,
                choices=turn.choices,
                tags=(tag, f"alike in {asked.variant}"),
                together=f"{scene.name}/reasoning",
            )
            for tag, turn in ((ANSWER, answer), (REASON, reason))
        ]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_letter(sample, answer)
