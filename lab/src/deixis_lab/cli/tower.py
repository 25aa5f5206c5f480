"""`deixis lab tower`: what a trained tower of things knows."""

import argparse
import json
from pathlib import Path

ABOUT = """\
Examine a tower that names things, on drawings alone.

  deixis lab tower                                   the one that ships
  deixis lab tower runs/tower/model                  one that `deixis train things_tower` made
  deixis lab tower runs/tower/model --out card --sides 32,64,96

A card by artist and side is printed, and with --out written as README.md and rates.json. It needs
the whole art (`deixis lab art`), or --art small for a try.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis lab tower` takes."""
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="of the tower")
    parser.add_argument("--sides", default="32,48,64,96", metavar="N,N", help="of the pictures")
    parser.add_argument("--art", default="whole", metavar="NAME", help="whole or small")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the card goes")
    parser.set_defaults(do=run, keeps="lab")


def run(arguments: argparse.Namespace) -> None:
    """Look at every artist's drawings, and tell what was named."""
    from deixis.core.errors import UsageError
    from deixis.core.files import make_folder, write_text
    from deixis_lab.things.art import open_art
    from deixis_lab.towers.card import card, examined, record
    from deixis_lab.towers.task import load_tower, shipped_tower

    words = arguments.sides.split(",")
    if not all(word.isdecimal() and 16 <= int(word) <= 512 for word in words):
        raise UsageError(f"--sides are whole numbers of 16..512, got {arguments.sides!r}")
    tower, names = load_tower(arguments.folder or shipped_tower())
    art = open_art(arguments.art)
    told = examined(tower, names, art, [int(word) for word in words])
    folder = f" {arguments.folder}" if arguments.folder else ""
    command = f"deixis lab tower{folder} --sides {arguments.sides}"
    page = card(told, art, num_names=len(names), command=command)
    rates = json.dumps(record(told), indent=1) + "\n"
    if arguments.out is not None:
        make_folder(arguments.out)
        write_text(arguments.out / "README.md", page)
        write_text(arguments.out / "rates.json", rates)
    print(rates if arguments.json else page, end="")
