"""Verdicts that several benchmarks give, and what they are summed to."""

from deixis.evals.benchmarks._benchmark import Sample, Verdict
from deixis.evals.measure import ACCURACY, Measure
from deixis.evals.scores.letters import read_letter
from deixis.evals.scores.numbers import is_same_number, read_number
from deixis.evals.scores.plain import is_exact, plain

# the second as ViP-LLaVA's release scores: the whole answer in lower case is the truth, or is wrong
SHORT_ANSWERS = (ACCURACY, Measure(name="exact match", numbers=("exact",), is_share=True))


def by_letter(sample: Sample, answer: str) -> Verdict:
    """Right if the letter of the right choice is taken; an unclear answer is wrong and unread."""
    letter = read_letter(answer, sample.choices)
    is_right = letter == sample.truth[0]
    return Verdict(numbers=_numbers(sample, answer, is_right=is_right), read=letter)


def by_number(sample: Sample, answer: str) -> Verdict:
    """Right if the same number is said, in figures or in words."""
    number = read_number(answer)
    read = f"{number:g}" if number is not None else None
    is_right = is_same_number(answer, sample.truth)
    return Verdict(numbers=_numbers(sample, answer, is_right=is_right), read=read)


def by_words(sample: Sample, answer: str) -> Verdict:
    """Right if the words are those of a truth, but for case, articles and outer marks."""
    is_right = is_exact(answer, sample.truth)
    return Verdict(numbers=_numbers(sample, answer, is_right=is_right), read=plain(answer) or None)


def _numbers(sample: Sample, answer: str, *, is_right: bool) -> dict[str, float]:
    said = answer.strip().lower()
    is_same = said in {truth.strip().lower() for truth in sample.truth}
    return {"right": float(is_right), "exact": float(is_same)}
