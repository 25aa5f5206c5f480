"""SVHN: ten digits, scored as answers (Netzer et al., 2011)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import ClassBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class Svhn(ClassBenchmark):
    """As `deixis.data.tasks.svhn` reads it."""

    name: ClassVar = "svhn"
    about: ClassVar[About] = about_of("svhn")
