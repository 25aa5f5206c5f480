"""Look into the lab: the small world that Deixis trains and tests its own models on.

  deixis lab atlas --out atlas.png                      every entity with its name
  deixis lab scenes --out sheet.png --num 40            pictures of the world
  deixis lab scenes --out sheet.png --size 224 --num 12 --show-regions --json

Scenes are drawn by code from (seed, index): the same on any machine, nothing is downloaded.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes

if TYPE_CHECKING:
    from deixis.lab.sheet import Sheet

MOST_PIXELS = 40_000_000
RAW = argparse.RawDescriptionHelpFormatter
SCENES = """\
Draw pictures of the Scenes world on one sheet.

  deixis lab scenes --out sheet.png --seed 3 --num 40
  deixis lab scenes --out sheet.png --split novel_entities --size 224 --num 12 --show-regions

--json prints what every picture shows: stuff, things, colours, words, boxes.
"""
ATLAS = """\
Draw all entities with their names on one sheet.

  deixis lab atlas --out atlas.png

Each is drawn large and at 16 pixels, in the ten colours in turn.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis lab` takes."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    scenes = parts.add_parser(
        "scenes", help="a contact sheet", description=SCENES, formatter_class=RAW
    )
    _add_out(scenes, "scenes.png")
    scenes.add_argument("--seed", type=int, default=0, help="which world (default 0)")
    scenes.add_argument("--first", type=int, default=0, metavar="INDEX", help="the first picture")
    scenes.add_argument("--num", type=int, default=40, help="how many pictures (default 40)")
    scenes.add_argument("--size", type=int, default=96, help="their side, 64..448 (default 96)")
    scenes.add_argument("--split", default="train", help="train, test, novel_entities, …")
    scenes.add_argument("--exponent", type=float, default=1.0, help="of Zipf's law (default 1)")
    scenes.add_argument("--show-regions", action="store_true", help="outline and name the things")
    scenes.set_defaults(draw=_scenes)
    atlas = parts.add_parser(
        "atlas", help="all entities with names", description=ATLAS, formatter_class=RAW
    )
    _add_out(atlas, "atlas.png")
    atlas.set_defaults(draw=_atlas)


def run(arguments: argparse.Namespace) -> None:
    """Draw the sheet, write it, say what is on it."""
    sheet: Sheet = arguments.draw(arguments)
    make_folder(arguments.out.parent)
    write_bytes(arguments.out, sheet.image.png())
    if arguments.json:
        record = {"sheet": str(arguments.out), arguments.part: list(sheet.entries)}
        print(json.dumps(record, ensure_ascii=False))
    else:
        print(f"{len(sheet.entries)} on {arguments.out} ({sheet.image.size})")


def _add_out(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument("--out", type=Path, default=Path(name), help=f"the PNG (default {name})")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def _scenes(arguments: argparse.Namespace) -> "Sheet":
    from deixis.data.scenes.world import SceneWorld
    from deixis.lab.sheet import scene_sheet

    world = SceneWorld(
        seed=arguments.seed,
        side=arguments.size,
        split=arguments.split,
        exponent=arguments.exponent,
    )
    most = MOST_PIXELS // world.size.area
    if not 1 <= arguments.num <= most:
        raise UsageError(f"--num is within 1..{most} at this size, got {arguments.num}")
    return scene_sheet(
        world, first=arguments.first, count=arguments.num, show_regions=arguments.show_regions
    )


def _atlas(_arguments: argparse.Namespace) -> "Sheet":
    from deixis.lab.sheet import atlas

    return atlas()
