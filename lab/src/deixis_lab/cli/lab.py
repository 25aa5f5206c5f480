"""Look into the lab: the small world and the small models that Deixis is tried on.

  deixis lab atlas --out atlas.png                      every entity with its name
  deixis lab scenes --out sheet.png --num 40            pictures of the world
  deixis lab art                                        fetch the drawings of the things
  deixis lab build llava                                train a nano model from nothing
  deixis lab card nano --num 200 --out card             examine a model on scenes it never saw
  deixis lab report many_marks --out report             try a paper's claim on a model
  deixis lab study coordinates --out study              try a claim by training nano models
  deixis lab prior --out prior                          try what VisPRE claims on nano
  deixis lab tower runs/tower/model                     what a trained tower of things knows
  deixis lab apart --task scenes_counting --out apart   prompts between models of disjoint data

Scenes are drawn by code from (seed, index): the same on any machine, nothing is downloaded. Every
part has its own --help, and --json.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli.parsers import add_part, add_placing
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes, write_text
from deixis_lab.cli import apart, art, prior_study, tower
from deixis_lab.cli._claims import claims

if TYPE_CHECKING:
    from deixis.evals.claim_report import ClaimReport
    from deixis_lab.examine.sheet import Sheet
    from deixis_lab.things.world import ThingWorld
    from deixis_lab.world.world import SceneWorld

MOST_PIXELS = 40_000_000
SCENES = """\
Draw pictures of the Scenes world, or of the Things world, on one sheet.

  deixis lab scenes --out sheet.png --seed 3 --num 40
  deixis lab scenes --out sheet.png --split novel_entities --size 224 --num 12 --show-regions
  deixis lab scenes --things --out things.png --split novel_houses --size 192 --num 24

--json prints what every picture shows: stuff, things, colours, words, boxes.
"""
ATLAS = """\
Draw all entities with their names on one sheet.

  deixis lab atlas --out atlas.png
  deixis lab atlas --things --category animals --out animals.png

Each is drawn large and at 16 pixels, in the ten colours in turn. With --things, all artists' hands
stand beside each name; a star marks the names and the artists that training never meets.
"""
BUILD = """\
Train one of the nano models from nothing, examine it, and keep it in the cache.

  deixis lab build llava
  deixis ask picture.png "What is the thing within the red rectangle?" --model nano:llava

It takes most of an hour on 2 cores. Killed or stopped, the same command goes on; once it is built,
and its recipe is the same, nothing is done. The cache is ~/.cache/deixis, or $DEIXIS_CACHE.
"""
CARD = """\
Examine a model on scenes that training never saw, and write its numbers with intervals.

  deixis lab card nano --num 200 --out card
  deixis lab card Qwen/Qwen3-VL-8B-Instruct --num 200 --out card-qwen

Each scene asks for one thing under eight kinds of marks, and some questions without. DIR keeps
every answer: stopped or killed, the same command goes on. `card.json` has the numbers.
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
    _add_atlas(add_part(parts, "atlas", "all entities with names", ATLAS))
    art.add_arguments(add_part(parts, "art", "fetch the things' drawings", art.ABOUT))
    _add_build(add_part(parts, "build", "train a nano model from nothing", BUILD))
    _add_card(add_part(parts, "card", "examine a model on held-out scenes", CARD))
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
    parser.add_argument("--size", type=int, default=96, help="their side, 64..448 (default 96)")
    parser.add_argument("--split", default="train", help="train, test, novel_entities, …")
    parser.add_argument("--exponent", type=float, default=1.0, help="of Zipf's law (default 1)")
    parser.add_argument("--show-regions", action="store_true", help="outline and name the things")
    parser.add_argument("--things", action="store_true", help="of the Things world")
    _add_art(parser)
    parser.set_defaults(do=_scenes)


def _add_atlas(parser: argparse.ArgumentParser) -> None:
    _add_sheet(parser, "atlas.png")
    parser.add_argument("--things", action="store_true", help="those of the Things world")
    parser.add_argument("--category", metavar="NAME", help="of --things: animals, food, tools, …")
    _add_art(parser)
    parser.set_defaults(do=_atlas)


def _add_art(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--art", default="whole", help="of --things: whole, as `deixis lab art` fetched, or small"
    )


def _add_sheet(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument("--out", type=Path, default=Path(name), help=f"the PNG (default {name})")


def _add_build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="llava, llava_conv, idefics3, blip_2, …")
    add_placing(parser, trains=True)
    parser.set_defaults(do=_build)


def _add_card(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="nano, nano:NAME, a folder, a hub id, …")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the answers")
    parser.add_argument("--num", type=int, default=200, help="how many scenes (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="which world (default 1)")
    parser.add_argument("--split", default="test", help="which split (default test)")
    parser.add_argument(
        "--exponent", type=float, default=0.0, help="of Zipf's law (default 0: all as frequent)"
    )
    parser.add_argument("--batch-size", type=int, metavar="N", help="questions at once, if local")
    add_placing(parser)
    parser.set_defaults(do=_card, keeps="lab")


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

    world = _world(arguments)
    most = MOST_PIXELS // world.size.area
    if not 1 <= arguments.num <= most:
        raise UsageError(f"--num is within 1..{most} at this size, got {arguments.num}")
    sheet = scene_sheet(
        world, first=arguments.first, count=arguments.num, show_regions=arguments.show_regions
    )
    _write_sheet(arguments, sheet)


def _world(arguments: argparse.Namespace) -> "ThingWorld | SceneWorld":
    from deixis_lab.things.world import ThingWorld
    from deixis_lab.world.world import SceneWorld

    chosen = {
        "seed": arguments.seed,
        "side": arguments.size,
        "split": arguments.split,
        "exponent": arguments.exponent,
    }
    if arguments.things:
        return ThingWorld(art=arguments.art, **chosen)
    return SceneWorld(**chosen)


def _atlas(arguments: argparse.Namespace) -> None:
    from deixis_lab.examine.sheet import atlas

    if arguments.category is not None and not arguments.things:
        raise UsageError("--category is of --things: give both")
    if not arguments.things:
        _write_sheet(arguments, atlas())
        return
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
        numbers = built.measured.record() if built.measured else None
        print(json.dumps({"model": str(built.folder), "measured": numbers}))
        return
    if built.measured is None:
        print("It is built already.")
    print(f"The model is in {built.folder}, its card beside it; load it as nano:{built.name}.")


def _card(arguments: argparse.Namespace) -> None:
    from deixis.cli.terminal import TerminalReporter
    from deixis.models.load_by_name import load
    from deixis_lab.examine.measure import measure
    from deixis_lab.world.world import SceneWorld

    if arguments.num < 1:
        raise UsageError(f"--num is at least 1, got {arguments.num}")
    world = SceneWorld(seed=arguments.seed, split=arguments.split, exponent=arguments.exponent)
    options = {} if arguments.batch_size is None else {"batch_size": arguments.batch_size}
    measured = measure(
        load(arguments.model, **options),
        world,
        num_scenes=arguments.num,
        folder=arguments.out,
        reporter=TerminalReporter(),
    )
    record = measured.record()
    write_text(arguments.out / "card.json", json.dumps(record, indent=1) + "\n")
    if arguments.json:
        print(json.dumps(record))
        return
    print(f"{'naming, mean of the eight':28} {measured.naming:.1f} %")
    for row in measured.findings.rows:
        print(f"{row.condition:28} {row.told} % of {row.asked}")
    print(f"{'a guess among the things':28} {measured.guess:.1f} %")


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
    from deixis.evals.claim_report import JUDGED, RECORD, write_report

    write_report(reported, folder)
    if arguments.json:
        print((folder / RECORD).read_text(encoding="utf-8"))
        return
    for row in reported.findings.rows:
        print(f"{row.condition:28} {row.told} %")
    print(f"{JUDGED[reported.verdict.held]}: {reported.verdict.words}.")
    print(f"The report is {folder / 'README.md'}.")
