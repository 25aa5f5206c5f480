"""Does the sign say that? The form of Hateful Memes, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmark import About
from deixis.evals.benchmarks.task_benchmarks import YesNoBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class ScenesText(YesNoBenchmark):
    """As `deixis_lab.parts.tasks.scenes_text` reads it."""

    name: ClassVar = "scenes_text"
    about: ClassVar[About] = about_of("scenes_text")
    part: ClassVar = "test"
