"""An answer and its reason, asked one after the other as VCR does."""

from deixis.data.scenes.questions import Turn

ANSWER, REASON, BOTH = "Q→A", "QA→R", "Q→AR"
LETTERS = "ABCDEFGH"


def reason_text(answer: Turn, reason: Turn) -> str:
    """The second question: the first one, its right answer, and the choices of reasons."""
    asked = answer.text.partition("\n")[0]
    right = answer.choices[LETTERS.index(answer.answer)]
    return f"{asked} {right} {reason.text}"
