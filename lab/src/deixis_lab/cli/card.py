"""`deixis lab card`: a model is examined on scenes that training never saw."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli.parsers import add_placing
from deixis.core.errors import UsageError
from deixis.core.files import write_text

if TYPE_CHECKING:
    from deixis.models.interface import VisionLanguageModel
    from deixis_lab.examine.things.house_figures import ThingSettings

ABOUT = """\
Examine a model on scenes that training never saw, and write its numbers with intervals.

  deixis lab card nano --num 200 --out card
  deixis lab card Qwen/Qwen3-VL-8B-Instruct --num 200 --out card-qwen
  deixis lab card nano --art small --split test --num 40 --out try

Of --num scenes of each split of seen and unseen houses and names, it asks for one thing under eight
kinds of marks and by every encoding, for boxes, colours, counts, words and what it cannot know,
beside what a tower names of the same drawings alone. DIR gets README.md, with the bars that are met
and missed, and `card.json`. It keeps every answer: stopped or killed, the same command goes on.
"""
README, FIGURES = "README.md", "card.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis lab card` takes."""
    parser.add_argument("model", metavar="MODEL", help="nano, nano:NAME, a folder, a hub id, …")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the answers")
    parser.add_argument("--num", type=int, default=200, help="how many scenes (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="which world (default 1)")
    parser.add_argument("--split", metavar="NAME,NAME", help="which splits (default: all six)")
    parser.add_argument(
        "--exponent", type=float, default=0.0, help="of Zipf's law (default 0: all as frequent)"
    )
    parser.add_argument("--batch-size", type=int, metavar="N", help="questions at once, if local")
    parser.add_argument(
        "--art", default="whole", help="whole (the default), as `deixis lab art` fetched, or small"
    )
    parser.add_argument("--size", type=int, metavar="N", help="side of the pictures (default 192)")
    parser.add_argument(
        "--tower", type=Path, metavar="DIR", help="beside it (default: that which ships)"
    )
    add_placing(parser)
    parser.set_defaults(do=run, keeps="lab")


def run(arguments: argparse.Namespace) -> None:
    """Examine it, and write the card."""
    from deixis.cli.terminal import TerminalReporter
    from deixis_lab.examine.things.card import command_of, thing_card
    from deixis_lab.examine.things.house_figures import examine_things

    if arguments.num < 1:
        raise UsageError(f"--num is at least 1, got {arguments.num}")
    settings = _settings(arguments)
    figures = examine_things(
        _model(arguments), settings, arguments.out, reporter=TerminalReporter()
    )
    command = command_of(arguments.model, settings)
    page = thing_card(arguments.model, figures, command=command)
    record = {**figures.record(), "command": command}
    write_text(arguments.out / README, page)
    write_text(arguments.out / FIGURES, json.dumps(record, indent=1) + "\n")
    print(json.dumps(record) if arguments.json else page, end="\n" if arguments.json else "")


def _settings(arguments: argparse.Namespace) -> "ThingSettings":
    """What is examined; what was not said is as usual."""
    from deixis_lab.examine.things.house_figures import ThingSettings

    told = {
        "side": arguments.size,
        "splits": tuple(arguments.split.split(",")) if arguments.split else None,
    }
    return ThingSettings(
        num_scenes=arguments.num,
        seed=arguments.seed,
        art=arguments.art,
        exponent=arguments.exponent,
        tower=arguments.tower,
        **{name: value for name, value in told.items() if value is not None},
    )


def _model(arguments: argparse.Namespace) -> "VisionLanguageModel":
    from deixis.models.load_by_name import load

    options = {} if arguments.batch_size is None else {"batch_size": arguments.batch_size}
    return load(arguments.model, **options)
