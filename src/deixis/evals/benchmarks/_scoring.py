"""Verdicts that several benchmarks give."""

from deixis.evals.benchmarks._benchmark import Sample, Verdict
from deixis.evals.scores.letters import read_letter
from deixis.evals.scores.numbers import is_same_number, read_number
from deixis.evals.scores.plain import is_exact, plain


def by_letter(sample: Sample, answer: str) -> Verdict:
    """Right if the letter of the right choice is taken; an unclear answer is wrong and unread."""
    letter = read_letter(answer, sample.choices)
    return Verdict(numbers={"right": float(letter == sample.truth[0])}, read=letter)


def by_number(sample: Sample, answer: str) -> Verdict:
    """Right if the same number is said, in figures or in words."""
    number = read_number(answer)
    read = f"{number:g}" if number is not None else None
    return Verdict(numbers={"right": float(is_same_number(answer, sample.truth))}, read=read)


def by_words(sample: Sample, answer: str) -> Verdict:
    """Right if the words are those of a truth, but for case, articles and outer marks."""
    return Verdict(
        numbers={"right": float(is_exact(answer, sample.truth))}, read=plain(answer) or None
    )
