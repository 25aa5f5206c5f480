"""Your own questions, a row of JSON each."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import OpenBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class JsonRows(OpenBenchmark):
    """As `deixis.data.tasks.json_rows` reads it."""

    name: ClassVar = "json_rows"
    about: ClassVar[About] = about_of("json_rows")
