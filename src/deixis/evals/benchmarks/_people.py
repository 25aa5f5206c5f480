"""What benchmarks share in which ten people answered each question."""

from collections import Counter
from collections.abc import Sequence

from deixis.evals.benchmarks._record import Record
from deixis.evals.measure import Measure

PEOPLE = 10
VQA_ACCURACY = Measure(name="VQA accuracy", numbers=("right",))


def most_first(record: Record, answers: Sequence[str]) -> tuple[str, ...]:
    """The people's answers, those that most of them gave first."""
    if len(answers) != PEOPLE:
        raise record.bad(f"{PEOPLE} people answered a question, got {len(answers)} answers")
    counts = Counter(answers)
    return tuple(answer for answer, count in counts.most_common() for _ in range(count))
