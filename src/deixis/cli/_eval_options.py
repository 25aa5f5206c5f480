"""`deixis eval run` and `search-style` take these arguments."""

import argparse
from pathlib import Path

from deixis.cli._notes import add_sources
from deixis.cli.parsers import add_loading, add_speaking


def add_run(parser: argparse.ArgumentParser) -> None:
    """A run takes a choice of questions, and limits on answers."""
    _add_what(parser)
    parser.add_argument(
        "--limit", type=int, metavar="N", help="ask only N questions, chosen by --seed"
    )
    parser.add_argument("--seed", type=int, default=0, help="chooses them (default 0)")
    parser.add_argument("--system", help="a system prompt, for models that take one")
    parser.add_argument(
        "--max-new-tokens",
        type=int,
        metavar="N",
        help="limit of an answer (default: the benchmark's)",
    )
    parser.add_argument(
        "--max-failures",
        type=int,
        default=0,
        metavar="N",
        help="stop once more than N questions failed (0)",
    )
    _add_loading(parser)


def add_search(parser: argparse.ArgumentParser) -> None:
    """A search takes a budget and a baseline."""
    _add_what(parser)
    parser.add_argument(
        "--budget",
        type=int,
        required=True,
        metavar="N",
        help="questions for all candidates together",
    )
    parser.add_argument(
        "--confirm", type=int, default=100, metavar="N", help="questions for the winner (100)"
    )
    parser.add_argument("--baseline", default="said", metavar="NAME", help="what to beat (said)")
    parser.add_argument("--seed", type=int, default=0, help="shuffles the questions (default 0)")
    _add_loading(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "benchmark", metavar="BENCHMARK", help="a name of `deixis eval list`, or a .json of cases"
    )
    parser.add_argument("--model", required=True, help="a model, as for `deixis ask`")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for results")
    parser.add_argument(
        "--encoding",
        action="append",
        metavar="NAME[:SETTINGS]",
        help="how regions reach it: said, cropped, dimmed:0.8 …",
    )
    data = parser.add_argument_group("which questions")
    data.add_argument("--data", type=Path, metavar="DIR", help="the benchmark's files")
    data.add_argument("--images", type=Path, metavar="DIR", help="its pictures, if elsewhere")
    data.add_argument("--split", help="another part than the usual one")
    data.add_argument("--pictures", type=int, metavar="N", help="of those that draw (500)")
    data.add_argument(
        "--corruption", metavar="KIND:1..5", help="damage the pictures, where the benchmark can"
    )
    data.add_argument("--skip-bad", action="store_true", help="leave bad rows out, and count them")
    judging = parser.add_argument_group("a judge, where answers are graded")
    judging.add_argument("--judge", help='"rules", or a model: "openai:MODEL@URL"')
    judging.add_argument(
        "--judge-runs", type=int, default=1, metavar="N", help="grade each answer N times (1)"
    )
    judging.add_argument(
        "--judge-tokens", type=int, default=8, metavar="N", help="limit of a judge's answer (8)"
    )


def _add_loading(parser: argparse.ArgumentParser) -> None:
    loading = add_loading(parser)
    add_speaking(loading)
    loading.add_argument("--pixel", type=Path, metavar="FILE", help="a pixel prompt to see through")
    loading.add_argument(
        "--knowledge", metavar="FOLDER|told|drawn", help="what --source finds reaches it"
    )
    loading.add_argument("--batch-size", type=int, metavar="N", help="questions at once, if local")
    add_sources(parser.add_argument_group("who looks, with --knowledge (`deixis look --help`)"))
