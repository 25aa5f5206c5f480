"""Four names scored as answers: the form of CIFAR-10, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmark import About
from deixis.evals.benchmarks.task_benchmarks import ClassBenchmark, about_of
from deixis.evals.measure import ACCURACY


@final
@dataclass(frozen=True, kw_only=True)
class ScenesClassification(ClassBenchmark):
    """As `deixis_lab.parts.tasks.scenes_classification` reads it."""

    name: ClassVar = "scenes_classification"
    measures: ClassVar = (ACCURACY,)  # of four names, the truth is among the best five always
    about: ClassVar[About] = about_of("scenes_classification")
    part: ClassVar = "test"
