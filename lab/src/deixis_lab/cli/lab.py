"""Look into the lab: the small world and the small models that Deixis is tried on.

  deixis lab scenes --out sheet.png --num 40            pictures of the world
  deixis lab atlas --out atlas.png                      every thing with its name, by each artist
  deixis lab art                                        fetch all drawings of the things
  deixis lab build llava                                train a nano model from nothing
  deixis lab card nano --num 200 --out card             examine a model on scenes it never saw
  deixis lab report many_marks --out report             try a paper's claim on a model
  deixis lab study coordinates --out study              try a claim by training nano models
  deixis lab prior --out prior                          try what VisPRE claims on nano
  deixis lab tower runs/tower/model                     what a trained tower of things knows
  deixis lab apart --task scenes_counting --out apart   prompts between models of disjoint data

Scenes are drawn from (seed, index): the same on any machine. A small art is there from the start,
the whole one once it is fetched. Every part has its own --help, and --json.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli.parsers import add_part, add_placing
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes
from deixis_lab.cli import apart, art, card, prior_study, tower
from deixis_lab.cli._claims import claims

if TYPE_CHECKING:
    from deixis.evals.claim_report import ClaimReport
    from deixis_lab.examine.sheet import Sheet

MOST_PIXELS = 40_000_000
SCENES = """\
Draw pictures of the Things world on one sheet.

  deixis lab scenes --out sheet.png --seed 3 --num 40
  deixis lab scenes --out sheet.png --split novel_houses --size 448 --num 12 --show-regions
  deixis lab scenes --out sheet.png --art whole --num 24

--json prints what every picture shows: stuff, things, colours, words, boxes.
"""
ATLAS = """\
Draw all things with their names on one sheet.

  deixis lab atlas --out atlas.png
  deixis lab atlas --art whole --category animals --out animals.png

All artists' hands stand beside each name; a star marks the names and the artists that training
never meets.
"""
BUILD = """\
Train one of the nano models from nothing, examine it, and keep it in the cache.

  deixis lab build llava
  deixis ask picture.png "What is the thing within the red rectangle?" --model nano:llava

It takes most of an hour on 2 cores. Killed or stopped, the same command goes on; once it is built,
and its recipe is the same, nothing is done. The cache is ~/.cache/deixis, or $DEIXIS_CACHE.
"""
REPORT = """\
Try one claim of a paper on a model, and write what was found.

  deixis lab report                                     the experiments and their claims
  deixis lab report many_marks --num 200 --out report
  deixis lab report encodings --model Qwen/Qwen3-VL-8B-Instruct --out report-qwen
  deixis lab report overlay --model nano --model nano:llava --model nano:llava_conv --out by-encoder
  deixis lab report knowledge_quality --model RUN/model --knowledge RUN/model/knowledge

DIR gets README.md, plot.png and report.json; figures carry 95 % intervals. It keeps every answer:
stopped or killed, the same command goes on, and with a larger --num asks only what is new.
"""
SHELF = """\
Write a page that lists all reports in a folder, with their verdicts.

  deixis lab report shapes --out reports/shapes
  deixis lab study layers --out reports/layers
  deixis lab shelf reports

It is README.md there.
"""
STUDY = """\
Try one claim of a paper by training: variants of a nano model, each from several seeds.

  deixis lab study                                      the studies and their claims
  deixis lab study coordinates --out study

All variants have the encoder of the nano that ships; what else is trained, a few minutes each on 2
cores, the report says. DIR gets README.md, plot.png and report.json. It keeps every run and
every answer: stopped or killed, the same command goes on.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis lab` takes."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    _add_scenes(add_part(parts, "scenes", "a contact sheet", SCENES))
    _add_atlas(add_part(parts, "atlas", "all things with names", ATLAS))
    art.add_arguments(add_part(parts, "art", "fetch the things' drawings", art.ABOUT))
    _add_build(add_part(parts, "build", "train a nano model from nothing", BUILD))
    card.add_arguments(add_part(parts, "card", "examine a model on held-out scenes", card.ABOUT))
    _add_report(add_part(parts, "report", "try a paper's claim on a model", REPORT))
    _add_study(add_part(parts, "study", "try a claim by training nano models", STUDY))
    prior_study.add_arguments(
        add_part(parts, "prior", "try VisPRE's claims on nano", prior_study.STUDY)
    )
    tower.add_arguments(add_part(parts, "tower", "what a tower of things knows", tower.ABOUT))
    apart.add_arguments(add_part(parts, "apart", "models of disjoint data", apart.ABOUT))
    shelf = add_part(parts, "shelf", "all reports of a folder on one page", SHELF)
    shelf.add_argument("folder", type=Path, metavar="DIR", help="with reports in its folders")
    shelf.set_defaults(do=_shelf)


def run(arguments: argparse.Namespace) -> None:
    """Do that part."""
    arguments.do(arguments)


def _add_scenes(parser: argparse.ArgumentParser) -> None:
    _add_sheet(parser, "scenes.png")
    parser.add_argument("--seed", type=int, default=0, help="which world (default 0)")
    parser.add_argument("--first", type=int, default=0, metavar="INDEX", help="the first picture")
    parser.add_argument("--num", type=int, default=40, help="how many pictures (default 40)")
    parser.add_argument("--size", type=int, default=192, help="their side, 64..448 (default 192)")
    parser.add_argument("--split", default="train", help="train, test, novel_names, …")
    parser.add_argument("--exponent", type=float, default=1.0, help="of Zipf's law (default 1)")
    parser.add_argument("--show-regions", action="store_true", help="outline and name the things")
    _add_art(parser)
    parser.set_defaults(do=_scenes)


def _add_atlas(parser: argparse.ArgumentParser) -> None:
    _add_sheet(parser, "atlas.png")
    parser.add_argument("--category", metavar="NAME", help="of one: animals, food, tools, …")
    _add_art(parser)
    parser.set_defaults(do=_atlas)


def _add_art(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--art", default="small", help="small (the default), or whole, as `deixis lab art` fetched"
    )


def _add_sheet(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument("--out", type=Path, default=Path(name), help=f"the PNG (default {name})")


def _add_build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="llava, llava_conv, idefics3, blip_2, …")
    add_placing(parser, trains=True)
    parser.set_defaults(do=_build)


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="an experiment; none: list them")
    parser.add_argument(
        "--model", action="append", help="which model (default nano); several, each for itself"
    )
    parser.add_argument("--num", type=int, default=200, help="how many scenes (default 200)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="for the report (default NAME)")
    parser.add_argument(
        "--knowledge", metavar="DIR", help="a trained knowledge prompt, or told or drawn"
    )
    add_placing(parser)
    parser.set_defaults(do=_report, keeps="lab", otherwise="name")


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="a study; none: list them")
    parser.add_argument("--seeds", type=int, default=3, help="of each variant (default 3)")
    parser.add_argument("--num", type=int, default=200, help="how many scenes (default 200)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="for the report (default NAME)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="of both stages: threads=2"
    )
    add_placing(parser, trains=True)
    parser.set_defaults(do=_study, keeps="lab", otherwise="name")


def _scenes(arguments: argparse.Namespace) -> None:
    from deixis_lab.examine.sheet import scene_sheet
    from deixis_lab.things.world import ThingWorld

    world = ThingWorld(
        seed=arguments.seed,
        side=arguments.size,
        split=arguments.split,
        exponent=arguments.exponent,
        art=arguments.art,
    )
    most = MOST_PIXELS // world.size.area
    if not 1 <= arguments.num <= most:
        raise UsageError(f"--num is within 1..{most} at this size, got {arguments.num}")
    sheet = scene_sheet(
        world, first=arguments.first, count=arguments.num, show_regions=arguments.show_regions
    )
    _write_sheet(arguments, sheet)


def _atlas(arguments: argparse.Namespace) -> None:
    from deixis_lab.examine.thing_sheet import thing_atlas
    from deixis_lab.things.art import open_art

    _write_sheet(arguments, thing_atlas(open_art(arguments.art), arguments.category))


def _write_sheet(arguments: argparse.Namespace, sheet: "Sheet") -> None:
    make_folder(arguments.out.parent)
    write_bytes(arguments.out, sheet.image.png())
    if arguments.json:
        record = {"sheet": str(arguments.out), arguments.part: list(sheet.entries)}
        print(json.dumps(record, ensure_ascii=False))
    else:
        print(f"{len(sheet.entries)} on {arguments.out} ({sheet.image.size})")


def _build(arguments: argparse.Namespace) -> None:
    from deixis.cli.terminal import TerminalReporter
    from deixis_lab.zoo.build import build

    built = build(arguments.name, reporter=TerminalReporter())
    if arguments.json:
        print(json.dumps({"model": str(built.folder), "measured": built.measured}))
        return
    if built.measured is None:
        print("It is built already.")
    print(f"The model is in {built.folder}, its card beside it; load it as nano:{built.name}.")


def _report(arguments: argparse.Namespace) -> None:
    if arguments.name is None:
        _list(claims("deixis_lab.experiments", "experiments"), arguments)
        return
    from deixis.cli.terminal import TerminalReporter
    from deixis.models.load_by_name import load
    from deixis_lab.examine.trying import try_on_each
    from deixis_lab.experiments import experiments

    experiments.get(arguments.name)
    if arguments.num < 1:
        raise UsageError(f"--num is at least 1, got {arguments.num}")
    folder = arguments.out or Path(arguments.name)
    reported = try_on_each(
        arguments.name,
        map(load, dict.fromkeys(arguments.model or ["nano"])),
        num_scenes=arguments.num,
        folder=folder,
        reporter=TerminalReporter(),
        knowledge=arguments.knowledge,
    )
    _tell(reported, folder, arguments)


def _study(arguments: argparse.Namespace) -> None:
    if arguments.name is None:
        _list(claims("deixis_lab.studies", "studies"), arguments)
        return
    from deixis.cli.terminal import TerminalReporter
    from deixis_lab.examine.studying import carry_out
    from deixis_lab.studies import studies

    studies.get(arguments.name)
    if arguments.num < 1 or arguments.seeds < 1:
        raise UsageError("--num and --seeds are at least 1")
    folder = arguments.out or Path(arguments.name)
    reported = carry_out(
        arguments.name,
        seeds=arguments.seeds,
        num_scenes=arguments.num,
        folder=folder,
        more=arguments.set,
        reporter=TerminalReporter(),
    )
    _tell(reported, folder, arguments)


def _shelf(arguments: argparse.Namespace) -> None:
    from deixis_lab.examine.shelf import write_shelf

    path = write_shelf(arguments.folder)
    print(json.dumps({"page": str(path)}) if arguments.json else f"The page is {path}.")


def _list(listed: dict[str, str], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps(listed))
    else:
        width = max(map(len, listed))
        print("\n".join(f"{name:{width}} {claim}" for name, claim in listed.items()))


def _tell(reported: "ClaimReport", folder: Path, arguments: argparse.Namespace) -> None:
    """Write a report and say what it found."""
    from deixis.evals.claim_report import RECORD, write_report

    write_report(reported, folder)
    if arguments.json:
        print((folder / RECORD).read_text(encoding="utf-8"))
        return
    for row in reported.findings.rows:
        print(f"{row.condition:28} {row.told} %")
    print(f"{reported.verdict.told}: {reported.verdict.words}.")
    print(f"The report is {folder / 'README.md'}.")
