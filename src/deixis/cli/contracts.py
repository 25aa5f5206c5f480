"""Show what is known of models: how they count places, how their pictures are resized.

  deixis contracts                                the table of all that is known, with sources
  deixis contracts gpt-5.2                        the row that applies to a model, and why
  deixis contracts openai:Qwen/Qwen3-VL-8B-Instruct@http://localhost:8000/v1
  deixis contracts my.json                        what a file of `deixis probe` says

A model is called as its server or hub calls it. Of one that no row is about nothing is guessed:
the nearest rows are shown, for `--contract NAME` where it counts as they do.
"""

import argparse
import json
from typing import TYPE_CHECKING

from deixis.cli.terminal import table

if TYPE_CHECKING:
    from deixis.coordinates.contract import Contract
    from deixis.coordinates.contracts import Match

SCHEME = "openai:"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis contracts` takes these arguments."""
    parser.add_argument(
        "model", nargs="?", metavar="MODEL", help="a model's name, a row's name or a file"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The table is printed, or the row that applies."""
    if arguments.model is None:
        _print_table(as_json=arguments.json)
    else:
        _print_match(arguments.model, as_json=arguments.json)


def _print_table(*, as_json: bool) -> None:
    from deixis.coordinates.contracts import contracts

    rows = contracts()
    if as_json:
        print(json.dumps({"contracts": [row.record() for row in rows]}, ensure_ascii=False))
        return
    lines = [
        (row.name, row.dialect or "-", _resize(row), row.schema or "-", row.date, row.source)
        for row in rows
    ]
    print(table(("contract", "dialect", "resize", "schema", "date", "source"), lines))
    print("\nThe names that each stands for: deixis contracts NAME")


def _print_match(model: str, *, as_json: bool) -> None:
    from deixis.coordinates.contracts import nearest

    name, server = _asked(model)
    match = _match(name, server)
    near = () if match is not None else nearest(name)
    if as_json:
        record = {
            "model": name,
            "server": server or None,
            "contract": None if match is None else match.contract.record(),
            "why": None if match is None else match.why,
            "nearest": [row.name for row in near],
        }
        print(json.dumps(record, ensure_ascii=False))
    elif match is None:
        print(f"No contract is about {name!r}: no place is said to it or read from it.")
        for row in near:
            print(f"  nearest: {row.name} ({row.dialect or 'no dialect'}): {', '.join(row.models)}")
        print("Say dialect=… (--dialect), or contract=NAME (--contract), or: deixis probe MODEL")
    else:
        print(match.why)
        print("\n".join(f"{key:14}{value}" for key, value in _details(match.contract)))


def _asked(model: str) -> tuple[str, str]:
    """The model's own name and its server's URL, where a name of ours holds both."""
    name, _, url = model.removeprefix(SCHEME).partition("@http")
    return (name, f"http{url}") if url else (name, "")


def _match(name: str, server: str) -> "Match | None":
    """The row that is about a model of that name, the row of that name, or the file."""
    from deixis.coordinates.contracts import Match, contract_of, contracts, load_contract

    if name.endswith(".json"):
        return Match(contract=load_contract(name), why=f"it is what {name} says")
    match = contract_of(name, server)
    if match is not None:
        return match
    for row in contracts():
        if row.name == name:
            return Match(contract=row, why=f"{name!r} is the name of a row")
    return None


def _resize(contract: "Contract") -> str:
    record = dict(contract.resize.record())
    law = record.pop("law")
    return " ".join([str(law), *(f"{name}={value}" for name, value in record.items())])


def _details(contract: "Contract") -> list[tuple[str, object]]:
    """What the contract tells, without what it leaves open."""
    told: list[tuple[str, object]] = [
        ("contract", contract.name),
        ("dialect", contract.dialect or "none of ours"),
        ("settings", ", ".join(f"{name}={value}" for name, value in contract.settings.items())),
        ("resize", _resize(contract)),
        ("max pixels", contract.max_pixels),
        ("longest side", contract.longest_side),
        ("refused over", contract.side_limit),
        ("schema", contract.schema),
        ("marks", contract.marks),
        ("note", contract.note),
        ("source", f"{contract.source} ({contract.date})"),
        ("servers", ", ".join(contract.servers)),
        ("models", ", ".join(contract.models)),
        ("measured", json.dumps(contract.measured) if contract.measured else ""),
    ]
    return [(name, value) for name, value in told if value]
