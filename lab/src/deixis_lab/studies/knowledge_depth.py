"""How deep has the prompt embedding network to be?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Judgement
from deixis_lab.examine.knowing import NAMES, OTHERS
from deixis_lab.studies._knowledge import KnowledgeStudy, compared
from deixis_lab.studies._study import Variant

LINEAR, POINTS, DEEP = "linear", "three of 1 x 1", "three convolutions"


@final
class KnowledgeDepth(KnowledgeStudy):
    """One linear layer, three of 1 x 1, and the three convolutions of the paper."""

    claim: ClassVar[str] = "Three convolutions help more than a linear layer."
    source: ClassVar[str] = "arXiv 2407.04681, reviews: 1 x 1 against 3 x 3 against linear"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=LINEAR, knowledge=("task.knowledge.prompt.network.layers=linear",)),
        Variant(name=POINTS, knowledge=("task.knowledge.prompt.network.layers=points",)),
        Variant(name=DEEP, knowledge=("task.knowledge.prompt.network.layers=convolutions",)),
    )
    baseline: ClassVar[str] = LINEAR

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.against(f"{DEEP}: {NAMES}", f"{LINEAR}: {NAMES}")

    @override
    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        return (
            *compared(
                "Convolutions help more than a linear layer", findings, DEEP, LINEAR, *OTHERS
            ),
            *compared("3 x 3 helps more than 1 x 1", findings, DEEP, POINTS),
        )
