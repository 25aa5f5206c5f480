"""Your own pictures in a folder a class, scored as answers."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import ClassBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class PictureFolders(ClassBenchmark):
    """As `deixis.data.tasks.folder` reads it."""

    name: ClassVar = "folder"
    about: ClassVar[About] = about_of("folder")
