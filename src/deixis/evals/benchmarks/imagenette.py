"""ImageNette: ten classes, scored as answers (Howard, 2019)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import ClassBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class Imagenette(ClassBenchmark):
    """As `deixis.data.tasks.imagenette` reads it."""

    name: ClassVar = "imagenette"
    about: ClassVar[About] = about_of("imagenette")
    part: ClassVar = "val"
