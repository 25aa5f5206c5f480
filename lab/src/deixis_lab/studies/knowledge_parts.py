"""Do segments help, or written words, or only both?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Judgement
from deixis_lab.examine.knowing import WORDS
from deixis_lab.studies._knowledge import KnowledgeStudy, compared
from deixis_lab.studies._study import Variant

SEGMENTS, TEXTS, BOTH = "segments alone", "written words alone", "both"


@final
class KnowledgeParts(KnowledgeStudy):
    """A prompt trained and asked with the segments alone, with the written words alone, and with
    both.
    """

    claim: ClassVar[str] = "OCR helps beyond segmentation."
    source: ClassVar[str] = "arXiv 2407.04681, with and without OCR"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=SEGMENTS, knowledge=("task.harm.texts=false",)),
        Variant(name=TEXTS, knowledge=("task.harm.things=false",)),
        Variant(name=BOTH),
    )
    baseline: ClassVar[str] = SEGMENTS

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.against(f"{BOTH}: {WORDS}", f"{SEGMENTS}: {WORDS}")

    @override
    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        return tuple(compared("Segments help beyond written words", findings, BOTH, TEXTS))
