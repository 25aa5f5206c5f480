"""Measure a model on benchmarks, compare runs, and see which encoding it follows best.

  deixis eval list                                                what can be asked
  deixis eval run scenes_naming --model nano --limit 50 --out runs/eval
  deixis eval run scenes_naming --model nano --encoding said --encoding cropped --out runs/eval
  deixis eval compare runs/eval/RUN runs/eval/OTHER               paired, on the same questions
  deixis eval report runs/eval                                    table, plot and page again

Every answer is kept under the pixels, the words and the weights that it came from: a run that was
stopped or killed goes on by the same command, and no question is asked twice. Every part has its
own --help, and --json.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli._eval_prints import print_comparison, print_run, print_ways, record
from deixis.cli._table import table
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from deixis.ask.model import Model
    from deixis.evals.answers import Answers
    from deixis.evals.benchmarks import Benchmark, Options
    from deixis.evals.judges import Judge
    from deixis.evals.run import Reached, RunSettings

RAW = argparse.RawDescriptionHelpFormatter
LIST = """\
List the benchmarks: what each asks, how it is scored, and where its files come from.

The scenes_… draw their own pictures and run anywhere; the others need their files in --data.
"""
RUN = """\
Ask a model the questions of a benchmark, and write what came of it.

  deixis eval run scenes_pointing --model Qwen/Qwen3-VL-8B-Instruct --out runs/eval
  deixis eval run scenes_naming --model nano --encoding said --encoding cropped:0.5 --out runs/eval
  deixis eval run scenes_vip_bench --model nano --judge rules --out runs/eval
  deixis eval run scenes_vip_bench --model nano --judge openai:gpt-4o --judge-runs 5 --out runs/eval

An --encoding is how regions reach the model: said (coordinates in its own convention), cropped,
dimmed …, each with its settings, as cropped:beside=true. With several, the same questions are asked
in each of them: mean, spread and the worst of them follow.

OUT gets a folder for each run (report.json, results.jsonl), report.html, scores.png, and
answers.jsonl, from which the same command goes on.
"""
COMPARE = """\
Compare two runs on the questions that both have: the difference with its 95 % interval (resampled
by pictures, in pairs), how often chance alone does as much, and what only one of them has right.

  deixis eval compare runs/eval/RUN runs/eval/OTHER
"""
REPORT = """\
Write table, plot and page of all runs in some folders again.

  deixis eval report runs/eval runs/other --out runs/both
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis eval` takes."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    listing = _part(parts, "list", "what can be asked", LIST)
    listing.set_defaults(do=_list)
    _add_run(_part(parts, "run", "ask a model a benchmark's questions", RUN))
    comparing = _part(parts, "compare", "two runs on the same questions", COMPARE)
    comparing.add_argument("first", type=Path, metavar="RUN", help="a run's folder")
    comparing.add_argument("second", type=Path, metavar="OTHER", help="the one to compare with it")
    comparing.set_defaults(do=_compare)
    reporting = _part(parts, "report", "table, plot and page of runs", REPORT)
    reporting.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="with runs in them")
    reporting.add_argument("--out", type=Path, metavar="DIR", help="where to (default: the first)")
    reporting.set_defaults(do=_report)


def run(arguments: argparse.Namespace) -> None:
    """Do that part."""
    arguments.do(arguments)


def _part(
    parts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    description: str,
) -> argparse.ArgumentParser:
    parser = parts.add_parser(name, help=summary, description=description, formatter_class=RAW)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("benchmark", metavar="BENCHMARK", help="a name of `deixis eval list`")
    parser.add_argument("--model", required=True, help="as of `deixis ask`")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the runs")
    parser.add_argument(
        "--encoding", action="append", metavar="NAME[:SETTINGS]", help="said (default), cropped, …"
    )
    parser.add_argument(
        "--limit", type=int, metavar="N", help="so many questions, chosen by --seed"
    )
    parser.add_argument("--seed", type=int, default=0, help="of that choice (default 0)")
    parser.add_argument("--system", help="a system prompt, for models that take one")
    parser.add_argument("--convention", help="other coordinates than the model's own")
    parser.add_argument(
        "--max-new-tokens", type=int, metavar="N", help="the benchmark's by default"
    )
    parser.add_argument(
        "--max-failures", type=int, default=0, metavar="N", help="questions that may fail (0)"
    )
    data = parser.add_argument_group("which questions")
    data.add_argument("--data", type=Path, metavar="DIR", help="the benchmark's files")
    data.add_argument("--images", type=Path, metavar="DIR", help="its pictures, if elsewhere")
    data.add_argument("--split", help="another part of them")
    data.add_argument("--pictures", type=int, metavar="N", help="of the scenes_… (default 500)")
    data.add_argument("--skip-bad", action="store_true", help="leave bad rows out, and count them")
    judging = parser.add_argument_group("a judge, where answers are graded")
    judging.add_argument("--judge", help='"rules", or a model: "openai:MODEL@URL"')
    judging.add_argument("--judge-runs", type=int, default=1, metavar="N", help="times each (1)")
    judging.add_argument(
        "--judge-tokens", type=int, default=8, metavar="N", help="of a judge's answer (8)"
    )
    loading = parser.add_argument_group("loading a checkpoint")
    loading.add_argument("--device", help="cpu, cuda, cuda:1, mps")
    loading.add_argument("--dtype", help="auto, float32, bfloat16, float16")
    loading.add_argument("--quantize", choices=("4bit", "8bit"))
    loading.add_argument("--adapter", help="folder of a LoRA adapter")
    loading.add_argument("--revision", help="of a hub checkpoint")
    loading.add_argument("--batch-size", type=int, metavar="N", help="questions at once, if local")
    parser.set_defaults(do=_run)


def _list(arguments: argparse.Namespace) -> None:
    from deixis.evals.benchmarks import benchmarks

    found = {name: benchmarks.get(name) for name in benchmarks.names()}
    if arguments.json:
        records = {
            name: {
                **dataclasses.asdict(one.about),
                "measures": [measure.name for measure in one.measures],
                "needs_judge": one.needs_judge,
            }
            for name, one in found.items()
        }
        print(json.dumps(records, ensure_ascii=False))
        return
    rows = [(name, _measures(one), one.about.asks) for name, one in found.items()]
    print(table(("benchmark", "scored by", "asks"), rows))


def _measures(benchmark: "type[Benchmark]") -> str:
    names = [measure.name for measure in benchmark.measures]
    if benchmark.needs_judge:
        names.append("judge")
    return ", ".join([*([benchmark.together] if benchmark.together else []), *names])


def _run(arguments: argparse.Namespace) -> None:
    from deixis.evals.answers import Answers
    from deixis.evals.benchmarks import Options, benchmarks
    from deixis.evals.folder import ANSWERS, load_run, runs_in
    from deixis.evals.summary import summarise, ways_record

    options = Options(
        data=arguments.data,
        images=arguments.images,
        split=arguments.split,
        num_pictures=arguments.pictures,
        skips_bad=arguments.skip_bad,
    )
    benchmark = benchmarks.get(arguments.benchmark)
    every = [_settings(arguments, spec) for spec in arguments.encoding or ["said"]]
    if benchmark.needs_judge and arguments.judge is None:
        raise UsageError('a judge grades these answers: --judge rules, or --judge "openai:MODEL"')
    opened, model = benchmark.of(options), _model(arguments)
    with Answers(arguments.out / ANSWERS) as answers:
        judge = _judge(arguments, answers) if benchmark.needs_judge else None
        asking = _Asking(arguments, model, opened, answers, options)
        runs = [load_run(asking.run(settings, judge)) for settings in every]
    summary = summarise(runs_in([arguments.out]), arguments.out)
    mine = [one for one in summary.ways if one.benchmark == arguments.benchmark]
    if arguments.json:
        reports = [record(one) for one in runs]
        page = str(summary.page)
        print(
            json.dumps({"runs": reports, "encodings": list(map(ways_record, mine)), "page": page})
        )
        return
    for one in runs:
        print_run(one)
    for many in mine:
        print_ways(many)
    print(f"\n{summary.page} has it all, {summary.plot} the plot")


class _Asking:
    """A model and a benchmark that are run in several ways."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        model: "Model",
        benchmark: "Benchmark",
        answers: "Answers",
        options: "Options",
    ) -> None:
        self.arguments, self.model, self.benchmark = arguments, model, benchmark
        self.answers, self.options = answers, options

    def run(self, settings: "RunSettings", judge: "Judge | None") -> Path:
        """One way; gives the run's folder."""
        from deixis.evals.folder import report_of, write_run
        from deixis.evals.run import run as ask

        ran = ask(
            self.model,
            self.benchmark,
            self.answers,
            settings,
            judge=judge,
            advance=_progress(),
        )
        report = report_of(
            ran,
            benchmark=self.arguments.benchmark,
            options=self.options,
            settings=settings,
            convention=self.model.convention_name,
            judge=None if judge is None else judge.name,
        )
        return write_run(self.arguments.out, report, ran)


def _settings(arguments: argparse.Namespace, spec: str) -> "RunSettings":
    from deixis.evals.run import RunSettings
    from deixis.evals.ways import Way
    from deixis.nn.interface import Generation

    longest = arguments.max_new_tokens
    return RunSettings(
        way=Way.of(spec),
        limit=arguments.limit,
        seed=arguments.seed,
        system=arguments.system,
        generation=None if longest is None else Generation(max_new_tokens=longest),
        max_failures=arguments.max_failures,
        skips_bad=arguments.skip_bad,
    )


def _model(arguments: argparse.Namespace) -> "Model":
    from deixis.ask.loading import load

    names = ("device", "dtype", "quantize", "adapter", "revision", "batch_size")
    options = {name: getattr(arguments, name) for name in names}
    given = {name: value for name, value in options.items() if value is not None}
    return load(arguments.model, convention=arguments.convention, **given)


def _judge(arguments: argparse.Namespace, answers: "Answers") -> "Judge":
    from deixis.evals.judges.model_judge import ModelJudge
    from deixis.evals.judges.rules import Rules
    from deixis.models.load import load

    if arguments.judge == "rules":
        return Rules()
    return ModelJudge(
        load(arguments.judge),
        answers,
        runs=arguments.judge_runs,
        max_new_tokens=arguments.judge_tokens,
    )


def _progress() -> "Callable[[Reached], None]":
    from deixis.cli._progress import TerminalReporter
    from deixis.train.reporter import Progress

    reporter, begun = TerminalReporter(), time.monotonic()

    def advance(reached: "Reached") -> None:
        rate = reached.done / max(time.monotonic() - begun, 1e-9)
        progress = Progress(
            step=reached.done,
            steps=reached.total,
            steps_per_second=rate,
            seconds_left=(reached.total - reached.done) / rate,
            numbers={"asked": reached.num_asked},
        )
        reporter.advance(progress)

    return advance


def _compare(arguments: argparse.Namespace) -> None:
    from deixis.evals.compare import compare
    from deixis.evals.folder import load_run

    found = compare(load_run(arguments.first), load_run(arguments.second))
    if arguments.json:
        told = dataclasses.asdict(found)
        told["difference"]["value"] = found.difference.value
        print(json.dumps(told, ensure_ascii=False))
        return
    print_comparison(found)


def _report(arguments: argparse.Namespace) -> None:
    from deixis.evals.folder import runs_in
    from deixis.evals.summary import summarise, ways_record

    runs = runs_in(arguments.folders)
    summary = summarise(runs, arguments.out or arguments.folders[0])
    if arguments.json:
        told = {
            "runs": [record(one) for one in runs],
            "encodings": [ways_record(one) for one in summary.ways],
            "page": str(summary.page),
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    rows = [
        (one.report.name, one.report.headline.measure, str(one.report.headline)) for one in runs
    ]
    print(table(("run", "measure", "per cent (95 %)"), rows))
    for many in summary.ways:
        print_ways(many)
    print(f"\n{summary.page} has it all, {summary.plot} the plot")
