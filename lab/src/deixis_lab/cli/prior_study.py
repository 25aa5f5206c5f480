"""`deixis lab prior`: what VisPRE claims, tried on nano."""

import argparse
import json
from pathlib import Path

from deixis.cli.parsers import add_placing, dtype_settings
from deixis.cli.prior_options import add_setting, add_settings
from deixis.core.errors import UnknownNameError

STUDY = """\
Try what VisPRE claims on nano: whether priors predict answers, what repair brings and costs.

  deixis lab prior --out study
  deixis lab prior --group main --per-entity 4 --set-encoder steps=50 --out small

Groups: main (questions alone against repair), controls, pictures (how many an entity needs),
objectives. A report each: DIR/prior_predicts of any group; of main also prior_repair, with the
other groups as its controls, prior_bands (by how well an entity was known), prior_routes (regions
and knowledge that reach the model otherwise than it was taught) and prior_pixel (frames of pixels
before and after). DIR/entities and entities_by_tower have the ranks.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis lab prior` takes."""
    parser.add_argument("--group", action="append", metavar="NAME", help="default: all")
    parser.add_argument("--model", default="nano", help="of the nano models (default nano)")
    for flag, usual, words in (
        ("--seeds", 3, "each with pictures of its own (default 3)"),
        ("--per-entity", 16, "pictures the encoder is taught by (default 16)"),
        ("--told", 2, "of each never seen, with a question (default 2)"),
        ("--rehearsed", 1, "of each other, with a question (default 1)"),
        ("--asked", 4, "test pictures of each (default 4)"),
        ("--seen", 51, "entities asked about that nano knows (default 51, all)"),
        ("--classified", 120, "pictures asked about through frames (default 120)"),
        ("--jobs", 1, "ways carried out at a time (default 1)"),
        ("--threads", 1, "of each (default 1)"),
    ):
        parser.add_argument(flag, type=int, default=usual, metavar="N", help=words)
    add_settings(parser)
    for prompt in ("knowledge", "pixel"):
        add_setting(parser, prompt, f"of the {prompt} prompts' training")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the reports")
    add_placing(parser, trains=True)
    parser.set_defaults(do=run, keeps="prior")


def run(arguments: argparse.Namespace) -> None:
    """Try, and say what held."""
    from deixis.cli.terminal import TerminalReporter
    from deixis_lab.prior_study.study import study
    from deixis_lab.prior_study.ways import GROUPS, StudyOptions

    groups = tuple(arguments.group or GROUPS)
    for name in groups:
        if name not in GROUPS:
            raise UnknownNameError(kind="group", name=name, known=GROUPS)
    options = StudyOptions(
        model=arguments.model,
        groups=groups,
        seeds=arguments.seeds,
        learnt=arguments.per_entity,
        told=arguments.told,
        rehearsed=arguments.rehearsed,
        asked=arguments.asked,
        seen=arguments.seen,
        classified=arguments.classified,
        jobs=arguments.jobs,
        threads=arguments.threads,
        encoder=(*dtype_settings(arguments), *arguments.set_encoder),
        answers=(*dtype_settings(arguments), *arguments.set_answers),
        knowledge=tuple(arguments.set_knowledge),
        pixel=(*dtype_settings(arguments), *arguments.set_pixel),
    )
    reports = study(options, arguments.out, TerminalReporter())
    if arguments.json:
        print(json.dumps({one.name: one.verdict.held for one in reports}))
        return
    for one in reports:
        print(f"{one.name}: {one.verdict.told}: {one.verdict.words}.")
