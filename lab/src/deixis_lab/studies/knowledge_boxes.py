"""Do masks help more than a detector's boxes?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Judgement
from deixis_lab.examine.knowing import NAMES, OTHERS
from deixis_lab.studies._knowledge import KnowledgeStudy, compared
from deixis_lab.studies._study import Variant

BOXES, MASKS = "boxes", "masks"


@final
class KnowledgeBoxes(KnowledgeStudy):
    """The same things known by their masks, or by the boxes around them, as of a detector."""

    claim: ClassVar[str] = "Masks help more than boxes."
    source: ClassVar[str] = "arXiv 2407.04681, segmentation instead of detection"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=BOXES, knowledge=("task.harm.boxed=true",)),
        Variant(name=MASKS),
    )
    baseline: ClassVar[str] = BOXES

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.against(f"{MASKS}: {NAMES}", f"{BOXES}: {NAMES}")

    @override
    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        return tuple(compared("Masks help more than boxes", findings, MASKS, BOXES, *OTHERS))
