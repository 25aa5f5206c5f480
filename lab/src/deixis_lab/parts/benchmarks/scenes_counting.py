"""How many are there? The form of CLEVR's counts, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmark import About
from deixis.evals.benchmarks.task_benchmarks import CountBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class ScenesCounting(CountBenchmark):
    """As `deixis_lab.parts.tasks.scenes_counting` reads it."""

    name: ClassVar = "scenes_counting"
    about: ClassVar[About] = about_of("scenes_counting")
    part: ClassVar = "test"
