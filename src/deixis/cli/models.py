"""List the model families and what each can do; convert pickled weights.

  deixis models                                            families, and what each can do
  deixis models convert FOLDER --out NEW                   pickled weights made safetensors

What is listed here is what the contract tests hold each family to. Any other image-text-to-text
checkpoint of transformers can be asked as well, and so can every OpenAI-compatible server
("openai:MODEL@URL"); they can do no more than that.
"""

import argparse
import json
from dataclasses import asdict, fields
from pathlib import Path

from deixis.cli.parsers import add_part
from deixis.cli.terminal import table

CONVERT = """\
Write a checkpoint's pickled weights (pytorch_model.bin, or its shards) as safetensors.

  hf download lmsys/vicuna-7b-v1.5 --local-dir vicuna
  deixis models convert vicuna --out vicuna-safe

Nothing that the pickles hold is run: tensors are described and their bytes copied, shard by shard;
all else in them is refused by its name. Settings and vocabulary are copied; NEW appears when all of
it is written.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis models` takes these arguments."""
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(do=_list)
    parts = parser.add_subparsers(dest="part", metavar="PART")
    convert = add_part(parts, "convert", "pickled weights made safetensors", CONVERT)
    convert.add_argument("folder", type=Path, metavar="FOLDER", help="a downloaded checkpoint")
    convert.add_argument("--out", type=Path, required=True, metavar="NEW", help="a new folder")
    convert.set_defaults(do=_convert)


def run(arguments: argparse.Namespace) -> None:
    """The chosen part runs."""
    arguments.do(arguments)


def _convert(arguments: argparse.Namespace) -> None:
    from deixis.cli.terminal import TerminalReporter
    from deixis.models.convert import convert

    reporter = TerminalReporter()
    done = convert(
        arguments.folder,
        arguments.out,
        tell=lambda name, number, count: reporter.say(f"{number} of {count}: {name}"),
    )
    if arguments.json:
        print(json.dumps({**asdict(done), "folder": str(done.folder)}))
        return
    print(f"{done.num_tensors} tensors, {done.num_bytes} bytes, in {done.folder}")


def _list(arguments: argparse.Namespace) -> None:
    """Each family is printed on a line."""
    from deixis.models.family_table import listed_families
    from deixis.models.interface import Abilities

    found = listed_families()
    if arguments.json:
        records = {
            name: {"dialect": family.dialect, **asdict(family.abilities)}
            for name, family in found.items()
        }
        print(json.dumps(records))
        return
    marks = [field.name for field in fields(Abilities)]
    rows = [
        (name, family.dialect, *("yes" if getattr(family.abilities, m) else "-" for m in marks))
        for name, family in found.items()
    ]
    print(table(("family", "dialect", *(mark.replace("_", " ") for mark in marks)), rows))
    print()
    for field in fields(Abilities):
        print(f"{field.name.replace('_', ' ')}: {field.metadata['doc']}")
    print("\nTry any of them with random weights: deixis ask PICTURE QUESTION --model tiny:FAMILY")
