"""What benchmarks with a judge share: the measure, and the question as the judge sees it."""

from deixis.evals.benchmarks._benchmark import Sample, Wanted
from deixis.evals.benchmarks._slots import SLOT
from deixis.evals.measure import Measure

AND, OR = " <AND> ", " <OR> "
GRADE = Measure(name="grade", numbers=("grade",))


def wanted(sample: Sample) -> Wanted:
    """The question, its regions as plain words, and the truth."""
    names = {slot: f"region {place}" for place, slot in enumerate(sample.regions, start=1)}
    question = SLOT.sub(lambda found: names.get(found[1], found[0]), sample.text)
    return Wanted(question=question, truth=sample.truth[0])
