"""How good has a source of knowledge to be?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Judgement, Trial
from deixis.knowledge.note_corruption import NoteCorruption
from deixis_lab.examine.knowing import RARE, known_trial, questions
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.scene import Scene

TRUE, NOTHING = "the truth", "nothing known"
WRONG = "30 % of labels wrong"
HARMS = {
    TRUE: NoteCorruption(),
    "20 % dropped": NoteCorruption(dropped=20),
    "50 % dropped": NoteCorruption(dropped=50),
    "masks moved by 4 pixels": NoteCorruption(shifted=4),
    "masks moved by 12 pixels": NoteCorruption(shifted=12),
    "masks less 2 pixels around": NoteCorruption(eroded=2),
    "masks less 4 pixels around": NoteCorruption(eroded=4),
    "10 % of labels wrong": NoteCorruption(mislabelled=10),
    WRONG: NoteCorruption(mislabelled=30, scored=True),
    "50 % of labels wrong": NoteCorruption(mislabelled=50),
    f"{WRONG}, scores from 0.5": NoteCorruption(mislabelled=30, scored=True, least_score=0.5),
    f"{WRONG}, scores from 0.7": NoteCorruption(mislabelled=30, scored=True, least_score=0.7),
    "10 % of letters wrong": NoteCorruption(misread=10),
    "30 % of letters wrong": NoteCorruption(misread=30),
    NOTHING: NoteCorruption(dropped=100),
}


@final
class KnowledgeQuality(Experiment):
    """A prompt that was trained on the truth, asked with notes that were made worse: the same
    questions every time. "Nothing known" is the same model without notes, which it was never
    trained without; letters matter to questions about signs alone.
    """

    claim: ClassVar[str] = "Knowledge helps even if its source is now and then wrong."
    source: ClassVar[str] = "arXiv 2407.04681, reviews: the quality of segmentation and OCR"
    conditions: ClassVar[tuple[str, ...]] = tuple(HARMS)
    baseline: ClassVar[str] = NOTHING
    world: ClassVar[ThingWorld] = RARE

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        return [
            known_trial(condition, one)
            for condition, harm in HARMS.items()
            for one in questions(index, harm)
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.better(WRONG)

    @override
    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        return tuple(
            Judgement(claim=f"It is better than nothing: {one}.", verdict=findings.better(one))
            for one in HARMS
            if one not in (NOTHING, WRONG) and one in findings
        )
