"""CLEVR: how many objects are there? (Johnson et al., 2017)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import CountBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class ClevrCounts(CountBenchmark):
    """As `deixis.data.tasks.clevr_counts` reads it."""

    name: ClassVar = "clevr_counts"
    about: ClassVar[About] = about_of("clevr_counts")
