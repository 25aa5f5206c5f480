"""Which of overlapping notes should hold?"""

from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Judgement
from deixis_lab.examine.knowing import NAMES
from deixis_lab.studies._knowledge import KnowledgeStudy, compared
from deixis_lab.studies._study import Variant

WRONG = ("task.harm.boxed=true", "task.harm.mislabelled=20", "task.harm.scored=true")
PAPER, RULES = (
    "the later one",
    {"the smaller one": "area", "the surer one": "score", "weighted": "weighted"},
)


@final
class KnowledgeOverlaps(KnowledgeStudy):
    """Boxes of things overlap: the later note holds, as in the paper, the smaller one, the surer
    one, or the later one weighted by its score. The source is wrong now and then, and less sure
    then.
    """

    claim: ClassVar[str] = "Which of overlapping notes holds matters little."
    source: ClassVar[str] = "arXiv 2407.04681, reviews: overlapping masks"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=PAPER, knowledge=WRONG),
        *(
            Variant(name=name, knowledge=(*WRONG, f"task.knowledge.prompt.rule={rule}"))
            for name, rule in RULES.items()
        ),
    )
    baseline: ClassVar[str] = PAPER

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        harm = findings.harmed([f"{name}: {NAMES}" for name in RULES])
        return replace(harm, words=f"of {NAMES}, {harm.words}")

    @override
    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        return tuple(
            one
            for name in RULES
            for one in compared(f"With {name} on top it helps more", findings, name, PAPER)
        )
