"""CIFAR-100: a hundred classes, scored as answers (Krizhevsky, 2009)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import ClassBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class Cifar100(ClassBenchmark):
    """As `deixis.data.tasks.cifar100` reads it."""

    name: ClassVar = "cifar100"
    about: ClassVar[About] = about_of("cifar100")
