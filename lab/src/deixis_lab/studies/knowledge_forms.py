"""Which form of the same knowledge helps most?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Judgement, all_of
from deixis_lab.examine.knowing import COUNTS, NAMES, PRESENCE, RELATIONS, WORDS
from deixis_lab.studies._knowledge import DRAWN, NONE, TOLD, KnowledgeStudy, compared
from deixis_lab.studies._study import Variant

NOTHING, ADDED = "nothing known", "added"
RIVALS = ("told", "drawn", "concatenated")


@final
class KnowledgeForms(KnowledgeStudy):
    """What is in a scene, told in words (LAF), drawn as tags, concatenated to the vision tokens, or
    added to them; and not given at all.
    """

    claim: ClassVar[str] = (
        "Knowledge added to the vision tokens helps on rare names and small words."
    )
    source: ClassVar[str] = "arXiv 2407.04681, table 1: prompt types at the same training"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=NOTHING, knowledge=NONE),
        Variant(name=ADDED),
        Variant(name="told", knowledge=TOLD),
        Variant(name="concatenated", knowledge=("task.knowledge.prompt.merge=concat",)),
        Variant(name="drawn", knowledge=DRAWN),
    )
    baseline: ClassVar[str] = NOTHING

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return all_of(
            findings.against(f"{ADDED}: {sort}", f"{NOTHING}: {sort}") for sort in (NAMES, WORDS)
        )

    @override
    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        others = (COUNTS, RELATIONS, PRESENCE)
        helped = compared("Added, it helps", findings, ADDED, NOTHING, *others)
        for rival in RIVALS:
            helped += compared(f"Added, it helps more than {rival}", findings, ADDED, rival)
        return tuple(helped)
