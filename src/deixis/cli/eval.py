"""Measure a model on benchmarks, compare runs, and see which encoding it follows best.

  deixis eval list                                                what can be asked
  deixis eval run pope --data POPE --model MODEL --limit 50 --out runs/eval
  deixis eval run cases.json --model MODEL --out runs/eval        questions that the studio kept
  deixis eval run refcocog --data DIR --model MODEL --encoding said --encoding cropped --out OUT
  deixis eval compare runs/eval/RUN runs/eval/OTHER               paired, on the same questions
  deixis eval vote runs/eval/RUN runs/eval/OTHER … --out DIR      several answers as one
  deixis eval search-style refcocog --data DIR --model MODEL --budget 200 --out runs/search
  deixis eval report runs/eval                                    table, plot and page again

Every answer is kept under the pixels, the words and the weights that it came from: a run that was
stopped or killed goes on by the same command, and no question is asked twice. Every part has its
own --help, and --json.
"""

import argparse
import contextlib
import dataclasses
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli._eval_options import add_run, add_search
from deixis.cli._eval_prints import print_comparison, print_found, print_ranking, print_run, record
from deixis.cli._notes import has_source_options, source_options
from deixis.cli.parsers import add_part, closed_after, loading_options
from deixis.cli.terminal import say_loading, table, weights_shown
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deixis.ask.model import Model
    from deixis.core.answer_store import Answers
    from deixis.evals.benchmarks import Benchmark, Options
    from deixis.evals.judges import Judge
    from deixis.evals.run import Exam, Reached, RunSettings

LIST = """\
List the benchmarks: what each asks, how it is scored, and where its files come from.

Most need their files in --data; those that draw their own pictures (scenes_…, of the package
deixis-lab) run anywhere.
"""
RUN = """\
Ask a model the questions of a benchmark, and write what came of it.

  deixis eval run visual7w --data DIR --model Qwen/Qwen3-VL-8B-Instruct --out runs/eval
  deixis eval run refcocog --data DIR --model MODEL --encoding said --encoding cropped:0.5 --out OUT
  deixis eval run vip_bench --data DIR --model MODEL --judge rules --out runs/eval
  deixis eval run vip_bench --data DIR --model MODEL --judge openai:gpt-4o --judge-runs 5 --out OUT

An --encoding is how regions reach the model: said (coordinates in its own dialect), cropped,
dimmed, masked, blurred, drawn:arrow, drawn:ellipse,color=lime,width=6 …, with the settings of
dx.cropped, dx.drawn and the others. "drawn:*" is every shape, "usual" every encoding in a few
settings. With several, the same questions are asked in each of them: mean, spread and the worst of
them follow. --knowledge, --source and --pixel reach the model as in `deixis ask`.

OUT gets a folder for each run (report.json, results.jsonl), report.html, scores.png, and
answers.jsonl, from which the same command goes on.
"""
COMPARE = """\
Compare two runs on the questions that both have: the difference with its 95 % interval (resampled
by pictures, in pairs), how often chance alone does as much, and what only one of them has right.

  deixis eval compare runs/eval/RUN runs/eval/OTHER
"""
VOTE = """\
Combine the answers of several runs on the same questions: what most of them read counts.

  deixis eval vote runs/eval/RUN runs/eval/OTHER runs/eval/THIRD --out runs/eval

This is ViP-LLaVA's marker ensembling: each encoding of the same questions has one vote.
"""
SEARCH = """\
Find the encoding that a model follows best, within a budget of questions.

  deixis eval search-style refcocog --data DIR --model MODEL --budget 200 --out runs/search
  deixis eval search-style refcocog --data DIR --model MODEL --budget 200 --out runs/search \\
      --encoding said --encoding cropped:0.5 --encoding dimmed:0.8

Successive halving: all candidates get a few questions, the better half goes on to more. The winner
is confirmed on questions that the search has not seen, against --baseline. Without --encoding the
candidates are "usual": every encoding in a few settings.
"""
REPORT = """\
Rewrite the table, plot and page of all runs in some folders.

  deixis eval report runs/eval runs/other --out runs/both
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis eval` takes these arguments."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    listing = add_part(parts, "list", "what can be asked", LIST)
    listing.set_defaults(do=_list)
    running = add_part(parts, "run", "ask a model a benchmark's questions", RUN)
    add_run(running)
    running.set_defaults(do=_run, keeps="eval")
    comparing = add_part(parts, "compare", "two runs on the same questions", COMPARE)
    comparing.add_argument("first", type=Path, metavar="RUN", help="a run's folder")
    comparing.add_argument("second", type=Path, metavar="OTHER", help="another run's folder")
    comparing.set_defaults(do=_compare)
    voting = add_part(parts, "vote", "several encodings' answers as one", VOTE)
    voting.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="the folders of runs")
    voting.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the new run")
    voting.set_defaults(do=_vote, keeps="eval")
    searching = add_part(parts, "search-style", "the best encoding within a budget", SEARCH)
    add_search(searching)
    searching.set_defaults(do=_search, keeps="eval")
    reporting = add_part(parts, "report", "table, plot and page of runs", REPORT)
    reporting.add_argument(
        "folders", type=Path, nargs="+", metavar="DIR", help="folders that hold runs"
    )
    reporting.add_argument("--out", type=Path, metavar="DIR", help="folder (default: the first)")
    reporting.set_defaults(do=_report, keeps="eval", otherwise="folders")


def run(arguments: argparse.Namespace) -> None:
    """The chosen part runs."""
    arguments.do(arguments)


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
    from deixis.encodings.spec import expanded
    from deixis.evals.compare import ranking_record
    from deixis.evals.folder import runs_in
    from deixis.evals.page import summarise
    from deixis.evals.run_to_folder import evaluate

    every = [_settings(arguments, spec) for spec in expanded(arguments.encoding or ["said"])]
    options = _options(arguments)
    with _exam(arguments, options) as exam:
        runs = [
            evaluate(exam, settings, arguments.out, options=options, advance=_progress())
            for settings in every
        ]
    summary = summarise(runs_in([arguments.out]), arguments.out)
    mine = [one for one in summary.ways if one.benchmark == runs[0].report.questions]
    if arguments.json:
        told = {
            "runs": [record(one) for one in runs],
            "encodings": [ranking_record(one) for one in mine],
            "page": str(summary.page),
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    for one in runs:
        print_run(one)
    for many in mine:
        print_ranking(many)
    for problem in summary.problems:
        print(f"note: {problem}")
    print(f"\n{summary.page} has it all, {summary.plot} the plot")


def _search(arguments: argparse.Namespace) -> None:
    from deixis.cli.terminal import TerminalReporter
    from deixis.encodings.spec import expanded
    from deixis.evals.encoding_search import SearchSettings, save_found, search

    settings = SearchSettings(
        candidates=tuple(expanded(arguments.encoding or ["usual"])),
        budget=arguments.budget,
        confirm=arguments.confirm,
        baseline=arguments.baseline,
        seed=arguments.seed,
    )
    with _exam(arguments, _options(arguments)) as exam:
        found = search(exam, settings, say=TerminalReporter().say)
    told = save_found(found, arguments.out)
    print_found(found) if not arguments.json else print(json.dumps(told, ensure_ascii=False))


def _options(arguments: argparse.Namespace) -> "Options":
    """The options; a file of cases in a benchmark's place is the one whose files it is."""
    from deixis.evals.benchmarks import Options

    data = arguments.data
    if arguments.benchmark.endswith(".json"):
        if data is not None:
            raise UsageError(f"{arguments.benchmark} is a file of cases: leave --data out")
        arguments.benchmark, data = "cases", Path(arguments.benchmark)
    return Options(
        data=data,
        images=arguments.images,
        split=arguments.split,
        num_pictures=arguments.pictures,
        skips_bad=arguments.skip_bad,
        corruption=arguments.corruption,
    )


@contextlib.contextmanager
def _exam(arguments: argparse.Namespace, options: "Options") -> "Iterator[Exam]":
    from deixis.core.answer_store import Answers
    from deixis.evals.benchmarks import benchmarks
    from deixis.evals.folder import ANSWERS
    from deixis.evals.run import Exam

    kind = benchmarks.get(arguments.benchmark)
    if kind.needs_judge and arguments.judge is None:
        raise UsageError('a judge grades these answers: --judge rules, or --judge "openai:MODEL"')
    benchmark, model = kind.of(options), _model(arguments)
    with closed_after(model), Answers(arguments.out / ANSWERS) as answers:
        judge = _judge(arguments, answers) if kind.needs_judge else None
        yield Exam(model=model, benchmark=benchmark, answers=answers, judge=judge)


def _settings(arguments: argparse.Namespace, spec: str) -> "RunSettings":
    from deixis.encodings.spec import EncodingSpec
    from deixis.evals.run import RunSettings
    from deixis.models.interface import Generation

    longest = arguments.max_new_tokens
    return RunSettings(
        way=EncodingSpec.of(spec),
        limit=arguments.limit,
        seed=arguments.seed,
        system=arguments.system,
        generation=None if longest is None else Generation(max_new_tokens=longest),
        max_failures=arguments.max_failures,
        skips_bad=arguments.skip_bad,
    )


def _model(arguments: argparse.Namespace) -> "Model":
    from deixis.ask.loading import load

    own = {name: getattr(arguments, name) for name in ("batch_size", "pixel")}
    given = {name: value for name, value in own.items() if value is not None}
    given |= loading_options(arguments)
    say_loading(arguments.model)
    with weights_shown(arguments.model):
        return load(
            arguments.model,
            dialect=arguments.dialect,
            contract=arguments.contract,
            knowledge=arguments.knowledge,
            sources=arguments.source,
            looking=source_options(arguments) if has_source_options(arguments) else None,
            **given,
        )


def _judge(arguments: argparse.Namespace, answers: "Answers") -> "Judge":
    from deixis.evals.judges import ModelJudge, Rules
    from deixis.models.load_by_name import load

    if arguments.judge == "rules":
        return Rules()
    return ModelJudge(
        load(arguments.judge),
        answers,
        runs=arguments.judge_runs,
        max_new_tokens=arguments.judge_tokens,
    )


def _progress() -> "Callable[[Reached], None]":
    from deixis.cli.terminal import TerminalReporter
    from deixis.core.progress import Progress

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


def _vote(arguments: argparse.Namespace) -> None:
    from deixis.evals.compare import vote
    from deixis.evals.folder import load_run, write_run

    report, rows = vote([load_run(folder) for folder in arguments.runs])
    made = load_run(write_run(arguments.out, report, rows))
    if arguments.json:
        print(json.dumps(record(made), ensure_ascii=False))
        return
    print_run(made)
    print(f"\n{made.folder} is the run")


def _report(arguments: argparse.Namespace) -> None:
    from deixis.evals.compare import ranking_record
    from deixis.evals.folder import runs_in
    from deixis.evals.page import summarise

    runs = runs_in(arguments.folders)
    summary = summarise(runs, arguments.out or arguments.folders[0])
    if arguments.json:
        told = {
            "runs": [record(one) for one in runs],
            "encodings": [ranking_record(one) for one in summary.ways],
            "page": str(summary.page),
        }
        print(json.dumps(told, ensure_ascii=False))
        return
    rows = [
        (one.report.name, one.report.headline.measure, str(one.report.headline)) for one in runs
    ]
    print(table(("run", "measure", "value (95 %)"), rows))
    for many in summary.ways:
        print_ranking(many)
    for problem in summary.problems:
        print(f"note: {problem}")
    print(f"\n{summary.page} has it all, {summary.plot} the plot")
