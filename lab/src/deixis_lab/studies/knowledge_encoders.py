"""Does it matter what embeds the words, and whether they were met in training?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import SLIGHT, ClaimVerdict, Findings, Judgement, is_above
from deixis_lab.examine.knowing import NAMES
from deixis_lab.studies._knowledge import NONE, KnowledgeStudy, compared
from deixis_lab.studies._study import Variant

FROZEN, TUNED, OWN = "MiniLM", "MiniLM, tuned", "the model's own"
UNMET, UNMET_NONE = "the model's own, other names trained", "nothing known, other names trained"
MINILM = "task.knowledge.prompt.encoder=minilm"
OTHER_NAMES = ("task.split=novel_names_and_houses",)


@final
class KnowledgeEncoders(KnowledgeStudy):
    """MiniLM frozen, MiniLM tuned, and the language model's own embeddings; and these where the
    training has other names than those that are asked for.
    """

    claim: ClassVar[str] = "The text encoder may stay frozen."
    source: ClassVar[str] = (
        "arXiv 2407.04681: a frozen text encoder; reviews: another one, new words"
    )
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=FROZEN, knowledge=(MINILM,)),
        Variant(name=TUNED, knowledge=(MINILM, "task.knowledge.prompt.tunes_encoder=true")),
        Variant(name=OWN),
        Variant(name=UNMET, knowledge=OTHER_NAMES),
        Variant(name=UNMET_NONE, knowledge=(*NONE, *OTHER_NAMES)),
    )
    baseline: ClassVar[str] = FROZEN

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        frozen, tuned = f"{FROZEN}: {NAMES}", f"{TUNED}: {NAMES}"
        effect = findings.effect({frozen: 1, tuned: -1})
        found = is_above(effect, f"frozen less tuned: {effect}", border=-SLIGHT)
        return findings.limited(found, (frozen, tuned), margin=SLIGHT)

    @override
    def claims(self, findings: Findings) -> tuple[Judgement, ...]:
        return (
            *compared("The model's own helps more than MiniLM", findings, OWN, FROZEN),
            *compared(
                "Words help that no training with knowledge had", findings, UNMET, UNMET_NONE
            ),
        )
