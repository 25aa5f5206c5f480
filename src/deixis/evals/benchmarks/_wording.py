"""The words that papers put behind a question, so that an answer can be scored by rule."""

from collections.abc import Sequence

from deixis.evals.benchmarks._slots import literal
from deixis.evals.scores.letters import LETTERS

SHORT = "Answer the question using a single word or phrase."
BY_LETTER = "Answer with the option's letter from the given choices directly."


def in_short(question: str) -> str:
    """To be answered in a word."""
    return f"{literal(question)}\n{SHORT}"


def by_choice(question: str, choices: Sequence[str]) -> str:
    """To be answered by the letter of one of these, a line each."""
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, choices, strict=False)]
    return literal("\n".join([question, *lines, BY_LETTER]))
