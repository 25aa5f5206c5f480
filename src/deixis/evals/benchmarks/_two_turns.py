"""An answer and its reason, asked one after the other as VCR does."""

ANSWER, REASON, BOTH = "Q→A", "QA→R", "Q→AR"


def reason_text(asked: str, right: str, reason: str) -> str:
    """The second question: the first one without its choices, its right answer, and what is asked
    of that.
    """
    return f"{asked.partition(chr(10))[0]} {right} {reason}"
