"""The parts of `deixis pixel` that learn prompts, or ask models through them, take these
arguments.
"""

import argparse
from pathlib import Path

from deixis.cli.parsers import add_placing


def add_transfer(parser: argparse.ArgumentParser) -> None:
    """A transfer takes prompts, target models, and the questions."""
    parser.add_argument("prompts", type=Path, nargs="+", metavar="PROMPT", help="their folders")
    parser.add_argument("--model", action="append", required=True, metavar="MODEL", help="target")
    parser.add_argument("--benchmark", required=True, metavar="NAME", help="of `deixis eval list`")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for what comes")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the benchmark's files")
    parser.add_argument("--split", help="another part of them")
    parser.add_argument("--corruption", metavar="KIND:1..5", help="of the pictures")
    parser.add_argument("--limit", type=int, metavar="N", help="so many questions, chosen by lot")
    parser.add_argument("--seed", type=int, default=0, help="of that choice (default 0)")
    parser.add_argument("--mode", choices=("free", "clamped", "8bit"), help="range of the pixels")
    parser.add_argument("--batch-size", type=int, metavar="N", help="questions at once, if local")
    parser.add_argument("--keep", action="store_true", help="write gains into the prompts' cards")
    add_placing(parser)


def add_matrix(parser: argparse.ArgumentParser) -> None:
    """A matrix takes the models that are learned on."""
    parser.add_argument(
        "--model", action="append", required=True, metavar="MODEL", help="learned on, and asked"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="the task's files")
    parser.add_argument(
        "--recipe", default="pixel", metavar="NAME", help="that each run begins from (pixel)"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="at a time (1)")
    add_learning(parser)


def add_rivals(parser: argparse.ArgumentParser) -> None:
    """The rivals take a model, and the settings of each way of teaching it."""
    parser.add_argument(
        "--task", required=True, metavar="NAME", help="what is learned (`deixis pixel tasks`)"
    )
    parser.add_argument("--model", default="nano", metavar="MODEL", help="which is taught (nano)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the task's files")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for what comes")
    for option, usual, of in (
        ("--recipe", "pixel", "the frame's"),
        ("--soft-recipe", "soft_words", "the soft words'"),
    ):
        parser.add_argument(option, default=usual, metavar="NAME", help=f"{of} run ({usual})")
    parser.add_argument("--num", type=int, default=960, metavar="N", help="samples (960)")
    parser.add_argument("--steps", type=int, default=240, metavar="N", help="of each run (240)")
    parser.add_argument("--limit", type=int, default=300, metavar="N", help="questions (300)")
    parser.add_argument("--words", action="append", metavar="TEXT", help="another wording to try")
    for option, of in (
        ("--set", "the frame's"),
        ("--set-soft", "the soft words'"),
        ("--set-lora", "the adapters'"),
    ):
        parser.add_argument(
            option, action="append", default=[], metavar="NAME=VALUE", help=f"of {of} run"
        )
    add_placing(parser, trains=True)


def add_learning(parser: argparse.ArgumentParser) -> None:
    """Learning takes a task, and how much is learned of it."""
    parser.add_argument("--task", required=True, metavar="NAME", help="of `deixis pixel tasks`")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for what comes")
    parser.add_argument("--variant", action="append", metavar="NAME", help="only these kinds")
    parser.add_argument("--steps", type=int, default=400, metavar="N", help="of each run (400)")
    parser.add_argument("--limit", type=int, default=300, metavar="N", help="questions (300)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="of every prompt's run"
    )
    add_placing(parser, trains=True)
