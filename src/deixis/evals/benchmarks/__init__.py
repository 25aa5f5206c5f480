"""Benchmarks: what is asked, and how an answer is scored. One file each."""

from deixis.core.catalog import Catalog
from deixis.evals.benchmarks._benchmark import (
    About,
    Benchmark,
    Options,
    Query,
    Sample,
    Verdict,
    Wanted,
)

benchmarks: Catalog[Benchmark] = Catalog(
    kind="benchmark",
    package="deixis.evals.benchmarks",
    group="deixis.benchmarks",
    interface=Benchmark,
)

__all__ = [
    "About",
    "Benchmark",
    "Options",
    "Query",
    "Sample",
    "Verdict",
    "Wanted",
    "benchmarks",
]
