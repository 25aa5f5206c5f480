"""List the model families and what each can do.

What is listed here is what the contract tests hold each family to. Any other image-text-to-text
checkpoint of transformers can be asked as well, and so can every OpenAI-compatible server
("openai:MODEL@URL"); they can do no more than that.
"""

import argparse
import json
from dataclasses import asdict, fields

from deixis.cli._table import table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis models` takes."""
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """Print a line per family."""
    from deixis.models.families import families
    from deixis.nn.interface import Abilities

    found = {name: families.get(name) for name in families.names()}
    if arguments.json:
        records = {
            name: {"convention": family.convention, **asdict(family.abilities)}
            for name, family in found.items()
        }
        print(json.dumps(records))
        return
    marks = [field.name for field in fields(Abilities)]
    rows = [
        (name, family.convention, *("yes" if getattr(family.abilities, m) else "-" for m in marks))
        for name, family in found.items()
    ]
    print(table(("family", "convention", *(mark.replace("_", " ") for mark in marks)), rows))
    print()
    for field in fields(Abilities):
        print(f"{field.name.replace('_', ' ')}: {field.metadata['doc']}")
    print("\nTry any of them with random weights: deixis ask PICTURE QUESTION --model tiny:FAMILY")
