"""The parts of `deixis pixel` that learn prompts, or ask models through them, take these
arguments.
"""

import argparse
from pathlib import Path

from deixis.cli.parsers import add_placing


def add_transfer(parser: argparse.ArgumentParser) -> None:
    """A transfer takes prompts, target models, and the questions."""
    parser.add_argument(
        "prompts", type=Path, nargs="+", metavar="PROMPT", help="the folders of prompts"
    )
    parser.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="MODEL",
        help="to ask",
    )
    parser.add_argument("--benchmark", required=True, metavar="NAME", help="see `deixis eval list`")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for results")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the benchmark's files")
    parser.add_argument("--split", help="not the usual part")
    parser.add_argument("--corruption", metavar="KIND:1..5", help="damage the pictures")
    parser.add_argument("--limit", type=int, metavar="N", help="only N questions, by --seed")
    parser.add_argument("--seed", type=int, default=0, help="chooses them (default 0)")
    parser.add_argument("--mode", choices=("free", "clamped", "8bit"), help="range of the pixels")
    parser.add_argument("--batch-size", type=int, metavar="N", help="questions at once, if local")
    parser.add_argument("--keep", action="store_true", help="write gains into the prompts' cards")
    add_placing(parser)


def add_matrix(parser: argparse.ArgumentParser) -> None:
    """A matrix takes the models that are learned on."""
    parser.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="MODEL",
        help="to learn on, and ask",
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="the task's files")
    parser.add_argument(
        "--recipe", default="pixel", metavar="NAME", help="the recipe of each run (pixel)"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="runs at a time (1)")
    add_learning(parser)


def add_rivals(parser: argparse.ArgumentParser) -> None:
    """The rivals take a model, and the settings of each way of teaching it."""
    parser.add_argument(
        "--task", required=True, metavar="NAME", help="what is learned (`deixis pixel tasks`)"
    )
    parser.add_argument("--model", default="nano", metavar="MODEL", help="model to teach (nano)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the task's files")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for results")
    for option, usual, of in (
        ("--recipe", "pixel", "the frame's"),
        ("--soft-recipe", "soft_words", "the soft words'"),
    ):
        parser.add_argument(
            option, default=usual, metavar="NAME", help=f"the recipe of {of} run ({usual})"
        )
    parser.add_argument("--num", type=int, default=960, metavar="N", help="samples learned (960)")
    parser.add_argument("--steps", type=int, default=240, metavar="N", help="steps a run (240)")
    parser.add_argument("--limit", type=int, default=300, metavar="N", help="questions asked (300)")
    parser.add_argument("--words", action="append", metavar="TEXT", help="another wording to try")
    for option, of in (
        ("--set", "the frame's"),
        ("--set-soft", "the soft words'"),
        ("--set-lora", "the adapters'"),
    ):
        parser.add_argument(
            option, action="append", default=[], metavar="NAME=VALUE", help=f"a setting of {of} run"
        )
    add_placing(parser, trains=True)


def add_learning(parser: argparse.ArgumentParser) -> None:
    """Learning takes a task, and how much is learned of it."""
    parser.add_argument("--task", required=True, metavar="NAME", help="see `deixis pixel tasks`")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for results")
    parser.add_argument("--variant", action="append", metavar="NAME", help="only these kinds")
    parser.add_argument("--steps", type=int, default=400, metavar="N", help="steps a run (400)")
    parser.add_argument("--limit", type=int, default=300, metavar="N", help="questions asked (300)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of every run"
    )
    add_placing(parser, trains=True)
