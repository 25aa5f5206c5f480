"""Several benchmarks share these verdicts, and the measures that sum them."""

from collections import Counter
from collections.abc import Sequence

from deixis.evals.benchmark import GradeRequest, Sample, Verdict
from deixis.evals.measure import ACCURACY, Measure
from deixis.evals.records import Record
from deixis.evals.scores import meteor
from deixis.evals.scores.cider import Frequencies, cider_d
from deixis.evals.scores.letters import read_letter
from deixis.evals.scores.short_answers import is_exact, is_same_number, plain, read_number
from deixis.evals.wording import SLOT

# the second as ViP-LLaVA's release scores: the whole answer in lower case is the truth, or is wrong
SHORT_ANSWERS = (ACCURACY, Measure(name="exact match", numbers=("exact",), is_share=True))


def by_letter(sample: Sample, answer: str) -> Verdict:
    """The answer is right if it takes the right choice's letter; an unclear answer is wrong and
    unread.
    """
    letter = read_letter(answer, sample.choices)
    is_right = letter == sample.truth[0]
    return Verdict(numbers=_numbers(sample, answer, is_right=is_right), read=letter)


def by_number(sample: Sample, answer: str) -> Verdict:
    """The answer is right if it says the same number, in figures or in words."""
    number = read_number(answer)
    read = f"{number:g}" if number is not None else None
    is_right = is_same_number(answer, sample.truth)
    return Verdict(numbers=_numbers(sample, answer, is_right=is_right), read=read)


def by_words(sample: Sample, answer: str) -> Verdict:
    """The answer is right if it is a truth's words, apart from case, articles and outer marks."""
    is_right = is_exact(answer, sample.truth)
    return Verdict(numbers=_numbers(sample, answer, is_right=is_right), read=plain(answer) or None)


def _numbers(sample: Sample, answer: str, *, is_right: bool) -> dict[str, float]:
    said = answer.strip().lower()
    is_same = said in {truth.strip().lower() for truth in sample.truth}
    return {"right": float(is_right), "exact": float(is_same)}


PEOPLE = 10
VQA_ACCURACY = Measure(name="VQA accuracy", numbers=("right",))


def most_first(record: Record, answers: Sequence[str]) -> tuple[str, ...]:
    """People's answers come in order, those that most people gave first."""
    if len(answers) != PEOPLE:
        raise record.bad(f"{PEOPLE} people answered a question, got {len(answers)} answers")
    counts = Counter(answers)
    return tuple(answer for answer, count in counts.most_common() for _ in range(count))


AND, OR = " <AND> ", " <OR> "
GRADE = Measure(name="grade", numbers=("grade",))


def grade_request(sample: Sample) -> GradeRequest:
    """A judge gets the question, its regions as plain words, and the truth."""
    names = {slot: f"region {place}" for place, slot in enumerate(sample.regions, start=1)}
    question = SLOT.sub(lambda found: names.get(found[1], found[0]), sample.text)
    return GradeRequest(question=question, truth=sample.truth[0])


CAPTION_MEASURES = (
    Measure(
        name="METEOR (exact, stem)",
        numbers=meteor.NUMBERS,
        value=lambda sums: meteor.value(sums[..., :-1]),
    ),
    Measure(name="CIDEr-D", numbers=("cider",), is_bounded=False),
)


def caption_numbers(
    answer: str, references: Sequence[str], frequencies: Frequencies
) -> dict[str, float]:
    """Both measures of captions sum these numbers."""
    cider = cider_d(answer, references, frequencies)
    return meteor.best_numbers(answer, references) | {"cider": cider}


ANSWER, REASON, BOTH = "Q→A", "QA→R", "Q→AR"


def reason_text(asked: str, right: str, reason: str) -> str:
    """The second question consists of the first one without its choices, its right answer, and
    what is asked about that.
    """
    return f"{asked.partition(chr(10))[0]} {right} {reason}"
