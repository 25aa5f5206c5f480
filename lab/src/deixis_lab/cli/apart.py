"""`deixis lab apart`: pixel prompts between two nano models that share no training data."""

import argparse

from deixis.cli.parsers import dtype_settings
from deixis.cli.pixel_learning import learned
from deixis.cli.pixel_options import add_learning

ABOUT = """\
Train two nano models from nothing on scenes of which none is shared, learn prompts on each, and see
what each brings to the other: the matrix of `pixel matrix` on these two. It takes hours on 2 cores.
Runs are kept in --out and go on where they were.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis lab apart` takes."""
    add_learning(parser)
    parser.add_argument(
        "--set-model", action="append", default=[], metavar="NAME=VALUE", help="of both models"
    )
    parser.set_defaults(do=run, keeps="pixel")


def run(arguments: argparse.Namespace) -> None:
    """Train, learn, ask, and print the matrix."""
    from deixis.cli.terminal import TerminalReporter
    from deixis_lab.examine.disjoint_transfer import ApartSettings, transferred_apart

    settings = ApartSettings(
        task=arguments.task,
        steps=arguments.steps,
        limit=arguments.limit,
        prompts=(*dtype_settings(arguments), *arguments.set),
        models=tuple(arguments.set_model),
        **({"variants": tuple(arguments.variant)} if arguments.variant else {}),
    )
    learned(
        arguments,
        ("deixis", "lab", "apart"),
        ("task", "variant", "set", "set-model", "steps", "limit", "out"),
        lambda: transferred_apart(settings, arguments.out, reporter=TerminalReporter()),
    )
