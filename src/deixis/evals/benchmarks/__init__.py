"""Each benchmark says what is asked and how an answer is scored, in one file or one row."""

from deixis.core.catalog import Catalog
from deixis.evals.benchmark import (
    About,
    Benchmark,
    GradeRequest,
    Options,
    Query,
    Sample,
    Verdict,
)

TASKS = dict.fromkeys(
    (
        *("cifar10", "cifar100", "clevr_counts", "eurosat", "hateful_memes", "imagenette"),
        *("json_rows", "picture_folders", "svhn"),
    ),
    "task_benchmarks:BENCHMARKS",
)
REGIONS = {
    "pointqa_looktwice": "published_regions:LookTwice",
    "refcocog": "published_regions:RefCocog",
    "vcr": "published_regions:Vcr",
    "visual7w": "published_regions:Visual7WPointing",
}
benchmarks: Catalog[Benchmark] = Catalog(
    kind="benchmark",
    package="deixis.evals.benchmarks",
    group="deixis.benchmarks",
    interface=Benchmark,
    elsewhere={"scenes_": "deixis-lab"},
    rows=TASKS | REGIONS,
)

__all__ = [
    "About",
    "Benchmark",
    "GradeRequest",
    "Options",
    "Query",
    "Sample",
    "Verdict",
    "benchmarks",
]
