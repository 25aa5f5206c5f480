"""EuroSAT: ten kinds of land, scored as answers (Helber et al., 2019)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import ClassBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class EuroSat(ClassBenchmark):
    """As `deixis.data.tasks.eurosat` reads it."""

    name: ClassVar = "eurosat"
    about: ClassVar[About] = about_of("eurosat")
