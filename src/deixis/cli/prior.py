"""Find what a vision encoder has never seen, what that costs a model, and repair it.

  deixis prior rank photos/ --encoder dual:openai/clip-vit-base-patch32 --out ranks
  deixis prior report photos/ --ranks ranks --model MODEL --out report
  deixis prior probe photos/ --encoder tower:MODEL --names report/missed.txt --out probed
  deixis prior questions photos/ --out questions
  deixis prior repair photos/ --model MODEL --names report/missed.txt --out repaired
  deixis prior compare report repaired/report --out change

photos/ has a folder of pictures for each entity, named like it. Every part has its own --help, and
--json; docs/priors.md has the rest.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli import prior_probe
from deixis.cli.parsers import add_part, add_placing, dtype_settings, placing_words
from deixis.cli.prior_options import (
    add_entities,
    add_settings,
    entities_of,
    left_out_lines,
    source_of,
)
from deixis.cli.terminal import table
from deixis.core.errors import UsageError
from deixis.core.files import cache_folder

if TYPE_CHECKING:
    from deixis.data.entities.questions import QuestionOptions
    from deixis.priors.ranking import Ranking

LEAST_KNOWN = 10
RANK = """\
Rank each picture's entity among all candidates by an encoder, and write Rank_e of every entity.

  deixis prior rank photos/ --encoder dual:openai/clip-vit-base-patch32 --out ranks
  deixis prior rank list.json --encoder vision:facebook/dinov2-base --out ranks
  deixis prior rank photos/ --encoder model:nano --out ranks
  deixis prior rank coco.json --format coco_instances --encoder tower:MODEL --out ranks

Encoders: dual and open_clip (with a text tower), vision (without: by prototypes of held-out
pictures), tower:MODEL (a multimodal model's own), model:MODEL (with its projector and words).
A list has rows {"entity": NAME, "image": FILE}. Missing, broken, tiny and duplicate pictures are
left out, and listed.
"""
REPORT = """\
Ask a model about the entities, and join its answers with their ranks.

  deixis prior report photos/ --ranks ranks --model MODEL --out report
  deixis prior report photos/ --ranks ranks --model nano --kind naming --out report

Writes README.md and index.html (correlations with intervals, right answers by band, what was left
out), missed.txt (entities that this model will probably miss), entities.json. Answers are kept in
DIR/answers.jsonl: the same command goes on after a kill, and asks nothing twice. --frequency is a
JSON object, name counts of tuning data; of drawn entities it is known.
"""
QUESTIONS = """\
Write questions on entities in LLaVA's format, for `deixis train DIR/questions.json`.

  deixis prior questions photos/ --out questions --kind naming --kind choice
"""
COMPARE = """\
What changed between two reports (or rankings) of the same entities: priors and right answers, by
BEFORE's bands.

  deixis prior compare report repaired/report --out change
"""
REPAIR = """\
Teach a model's encoder entities by their pictures, then tune it on questions about them.

  deixis prior repair photos/ --model MODEL --names report/missed.txt --out repaired
  deixis prior repair photos/ --model MODEL --how questions --out control

The two stages are the recipes vispre_encoder and vispre_answers, with --recipes NAME others:
NAME_encoder and NAME_answers. --set-encoder and --set-answers change them: steps=500. --how:
repair; questions (the same questions alone), random (as many other entities taught first) and
together (the encoder unfrozen with the rest) are controls. The same command goes on where it was.
DIR/answers/model is the repaired model.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis prior` takes these arguments."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    _add_rank(add_part(parts, "rank", "Rank_e of every entity", RANK))
    _add_report(add_part(parts, "report", "ranks joined with a model's answers", REPORT))
    probe = add_part(parts, "probe", "is there anything to repair?", prior_probe.PROBE)
    prior_probe.add_arguments(probe)
    _add_questions(add_part(parts, "questions", "questions to tune a model on", QUESTIONS))
    _add_compare(add_part(parts, "compare", "what a repair changed", COMPARE))
    _add_repair(add_part(parts, "repair", "teach the encoder, then tune on questions", REPAIR))


def run(arguments: argparse.Namespace) -> None:
    """The chosen part runs."""
    arguments.do(arguments)


def _add_rank(parser: argparse.ArgumentParser) -> None:
    add_entities(parser)
    parser.add_argument("--encoder", required=True, metavar="KIND:WHICH", help="dual:FOLDER …")
    parser.add_argument("--candidates", type=Path, metavar="FILE", help="names, one a line or JSON")
    parser.add_argument("--template", action="append", default=[], help='"a photo of a {}."')
    parser.add_argument(
        "--edges",
        default="2,10,50",
        metavar="RANKS",
        help="where bands of ranks end (default 2,10,50)",
    )
    parser.add_argument("--workers", type=int, help="threads that count (default: all)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for ranks.json")
    add_placing(parser)
    parser.set_defaults(do=_rank, keeps="prior")


def _rank(arguments: argparse.Namespace) -> None:
    from deixis.priors.candidates import read_candidates
    from deixis.priors.exact_ranks import Blocks
    from deixis.priors.rank_entities import encoder_of
    from deixis.priors.ranking import RankOptions, rank, save_ranking, to_record

    names = () if arguments.candidates is None else read_candidates(arguments.candidates)
    options = RankOptions(
        names=names,
        templates=tuple(arguments.template),
        edges=numbers_of(arguments.edges),
        cache=cache_folder() / "priors",
        blocks=Blocks(workers=arguments.workers),
    )
    ranking = rank(entities_of(arguments), encoder_of(arguments.encoder), options)
    path = save_ranking(ranking, arguments.out)
    if arguments.json:
        print(json.dumps(to_record(ranking), ensure_ascii=False))
        return
    rows = [
        [one.name, f"{one.mean:.1f} ({one.low:.1f} to {one.high:.1f})", str(len(one.ranks))]
        for one in ranking.entities[:LEAST_KNOWN]
    ]
    print(table(["least known", f"mean rank of {ranking.num_candidates}", "pictures"], rows))
    for band, count in _band_counts(ranking).items():
        print(f"{count:>8}  {band}")
    print("\n".join([*left_out_lines(ranking.left_out), f"All of it is in {path}."]))


def _add_report(parser: argparse.ArgumentParser) -> None:
    add_entities(parser)
    parser.add_argument(
        "--ranks",
        type=Path,
        required=True,
        metavar="DIR",
        help="what `prior rank` wrote",
    )
    parser.add_argument("--model", required=True, metavar="MODEL", help="the model to ask")
    _add_kinds(parser)
    parser.add_argument(
        "--encoding", default="drawn", metavar="NAME", help="how regions are shown (default drawn)"
    )
    parser.add_argument("--frequency", type=Path, metavar="FILE", help="name counts of tuning data")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the report")
    add_placing(parser)
    parser.set_defaults(do=_report, keeps="prior")


def _add_questions(parser: argparse.ArgumentParser) -> None:
    add_entities(parser)
    _add_kinds(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for questions.json")
    parser.set_defaults(do=_questions, keeps="prior")


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", type=Path, metavar="BEFORE", help="a report's folder, or ranks")
    parser.add_argument(
        "after", type=Path, metavar="AFTER", help="the folder of another, to compare"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="for the comparison")
    parser.set_defaults(do=_compare, keeps="prior")


def _add_repair(parser: argparse.ArgumentParser) -> None:
    add_entities(parser)
    parser.add_argument("--model", required=True, metavar="MODEL", help="the model to repair")
    parser.add_argument("--names", type=Path, metavar="FILE", help="what to repair (missed.txt)")
    parser.add_argument(
        "--recipes", default="vispre", metavar="NAME", help="recipes of the stages (default vispre)"
    )
    parser.add_argument("--how", default="repair", help="repair, questions, random or together")
    _add_kinds(parser)
    add_settings(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the runs"
    )
    add_placing(parser, trains=True)
    parser.set_defaults(do=_repair, keeps="prior")


def _add_kinds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kind", action="append", metavar="KIND", help="naming, yes_no, choice (default all)"
    )


def _report(arguments: argparse.Namespace) -> None:
    from deixis.cli.terminal import TerminalReporter
    from deixis.data.entities.questions import entity_questions
    from deixis.models.load_by_name import load
    from deixis.priors.entity_trials import ask_questions
    from deixis.priors.ranking import load_ranking
    from deixis.priors.ranks_and_answers import join, read_frequencies
    from deixis.priors.report import write_prior_report

    ranking, entities = load_ranking(arguments.ranks), entities_of(arguments)
    questions = entity_questions(entities, _question_options(arguments))
    frequencies = None
    if arguments.frequency is not None:
        frequencies = read_frequencies(arguments.frequency)
    elif (drawn := source_of(arguments).drawn) is not None:
        frequencies = dict(drawn.frequencies())
    asked = ask_questions(
        load(arguments.model),
        questions,
        folder=arguments.out,
        encoding=arguments.encoding,
        reporter=TerminalReporter(),
    )
    joined = join(
        ranking,
        entities,
        questions,
        asked.answers,
        model=arguments.model,
        frequencies=frequencies,
    )
    command = f"deixis prior report {arguments.entities} --ranks {arguments.ranks} "
    command += f"--model {arguments.model} --out {arguments.out}"
    command = " ".join([command, *placing_words(arguments)])
    found = write_prior_report(joined, arguments.out, command=command)
    if arguments.json:
        print((arguments.out / "report.json").read_text("utf-8"))
        return
    rows = [[row.condition, row.told, str(row.asked)] for row in found.by_band.rows]
    print(table(["band", "right, % (95 %)", "answers"], rows))
    print("\n".join(f"{one.name}: {one}" for one in found.correlations))
    names = ", ".join(one.name for one in found.missed[:LEAST_KNOWN])
    print(f"{len(found.missed)} entities will probably be missed: {names}")
    print("\n".join(left_out_lines(joined.left_out)))
    print(f"The report is {arguments.out / 'index.html'}.")


def _question_options(arguments: argparse.Namespace) -> "QuestionOptions":
    from deixis.data.entities.questions import KINDS, QuestionOptions

    return QuestionOptions(kinds=tuple(arguments.kind or KINDS))


def _questions(arguments: argparse.Namespace) -> None:
    from deixis.data.entities.questions import entity_questions, write_questions

    entities = entities_of(arguments)
    questions = entity_questions(entities, _question_options(arguments))
    path = write_questions(questions, arguments.out)
    if arguments.json:
        left = [asdict(one) for one in entities.left_out]
        record = {"file": str(path), "questions": len(questions), "left_out": left}
        print(json.dumps(record, ensure_ascii=False))
        return
    print("\n".join([*left_out_lines(entities.left_out), f"{len(questions)} questions: {path}"]))


def _compare(arguments: argparse.Namespace) -> None:
    from deixis.priors.compare import compare, write_comparison
    from deixis.priors.ranks_and_answers import load_either

    compared = compare(load_either(arguments.before), load_either(arguments.after))
    if arguments.out is not None:
        write_comparison(compared, arguments.out)
    if arguments.json:
        print(json.dumps(asdict(compared)))
        return
    rows = []
    for one in compared.bands:
        change = "{:+.3f} ({:+.3f} to {:+.3f})".format(*one.prior_change)
        answers = ""
        if one.answers is not None and one.answers.change is not None:
            answers = str(one.answers.change)
        rows.append([one.band, str(one.num_entities), change, answers])
    print(table(["band before", "entities", "prior", "right"], rows))


def _repair(arguments: argparse.Namespace) -> None:
    from deixis.cli.terminal import TerminalReporter
    from deixis.data.entities.questions import KINDS
    from deixis.priors.candidates import read_candidates
    from deixis.priors.repair_plan import RepairPlan, chosen_names, repair

    source = source_of(arguments)
    names = () if arguments.names is None else read_candidates(arguments.names)
    plan = RepairPlan(
        model=arguments.model,
        source=source,
        names=chosen_names(names, source),
        how=arguments.how,
        recipes=arguments.recipes,
        kinds=tuple(arguments.kind or KINDS),
        encoder=(*dtype_settings(arguments), *arguments.set_encoder),
        answers=(*dtype_settings(arguments), *arguments.set_answers),
    )
    model = repair(plan, arguments.out, TerminalReporter())
    record = {"model": str(model), "how": arguments.how}
    print(json.dumps(record) if arguments.json else f"The repaired model is {model}.")


def numbers_of(text: str) -> tuple[float, ...]:
    """Numbers are read with commas between them."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--edges are numbers with commas between, got {text!r}") from None


def _band_counts(ranking: "Ranking") -> dict[str, int]:
    """Each band has so many entities, the best known first."""
    found: dict[str, int] = {}
    for one in reversed(ranking.entities):
        found[one.band] = found.get(one.band, 0) + 1
    return found
