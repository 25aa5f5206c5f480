"""One call takes an exam to a run's folder: `deixis eval run` does the same on the command line."""

from collections.abc import Callable
from pathlib import Path

from deixis.ask.sent import software
from deixis.core.errors import UsageError
from deixis.core.files import sweep
from deixis.evals.benchmarks import Benchmark, Options, benchmarks
from deixis.evals.folder import LoadedRun, load_run, write_run
from deixis.evals.report import Report, summarised
from deixis.evals.request_key import Identity
from deixis.evals.run import Exam, Ran, Reached, RunSettings, run
from deixis.models.interface import Generation

SHORT = 6  # digits of a prompt's digest


def evaluate(
    exam: Exam,
    settings: RunSettings,
    out: Path,
    *,
    options: Options,
    advance: Callable[[Reached], None] | None = None,
) -> LoadedRun:
    """The exam is asked and scored, and the run is written into a folder of its own in `out`.
    `options` are those that the benchmark was built with.
    """
    sweep(out)
    ran = run(exam, settings, advance=advance)
    report = report_of(
        ran,
        benchmark=_name_of(type(exam.benchmark)),
        options=options,
        settings=settings,
        dialect=exam.model.dialect_name or "not known",
        judge=None if exam.judge is None else exam.judge.name,
    )
    folder = write_run(out, report, ran.rows)
    ran.pictures.save(folder)
    return load_run(folder)


def report_of(
    ran: Ran,
    *,
    benchmark: str,
    options: Options,
    settings: RunSettings,
    dialect: str,
    judge: str | None,
) -> Report:
    """A finished run is summed up in its report."""
    return Report(
        benchmark=benchmark,
        options={
            "data": None if options.data is None else str(options.data),
            "images": None if options.images is None else str(options.images),
            "split": options.split,
            "num_pictures": options.num_pictures,
            **({} if options.corruption is None else {"corruption": options.corruption}),
        },
        model=called(ran.who),
        encoding=settings.way.spec,
        dialect=dialect,
        judge=judge,
        who=ran.who,
        settings=_settings(settings, ran.generation),
        bad=ran.bad,
        seconds=round(ran.seconds, 1),
        num_asked=ran.num_asked,
        software=software(),
        **summarised(benchmark, ran.rows, num_bad=len(ran.bad)),
    )


def called(who: Identity) -> str:
    """A model is called by its name, by the pixel prompt that it sees through, and by the form
    in which it is told what is known, if there are any.
    """
    ways = []
    if "pixel digest" in who:
        ways.append(f"{who['pixel kind']} {who['pixel digest'][:SHORT]}")
    if "knowledge form" in who:
        digest = who.get("knowledge digest", "")[:SHORT]
        ways.append(f"knowledge {who['knowledge form']} {digest}".strip())
    return f"{who['model']} ({', '.join(ways)})" if ways else who["model"]


def _settings(settings: RunSettings, generation: Generation) -> dict[str, object]:
    return {
        "limit": settings.limit,
        "seed": settings.seed,
        "system": settings.system,
        "max_new_tokens": generation.max_new_tokens,
        "temperature": generation.temperature,
        "top_p": generation.top_p,
        "generation_seed": generation.seed,
        "stop": list(generation.stop),
    }


def _name_of(kind: type[Benchmark]) -> str:
    """The catalog knows the benchmark by this name."""
    name = benchmarks.name_of(kind)
    if name is None:
        raise UsageError(
            f"{kind.__name__} is not in the catalog of benchmarks, so no report could be read "
            "again: put it in a file there, or join by an entry point"
        )
    return name
