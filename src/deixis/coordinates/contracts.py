"""The table of contracts: which models are known, and which row is about a model of some name.

A model that no row is about is told no places, and none are read from it: nothing is guessed from
a name that is only like a known one.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, final
from urllib.parse import urlsplit

from deixis.coordinates.contract import VERSION, Contract, contract_from, counts_what_is_seen
from deixis.coordinates.model_names import forms, is_named, names_of
from deixis.core import given
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.files import read_bytes
from deixis.core.json_lines import parse
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown

TABLE = Path(__file__).with_name("contracts.toml")
LARGEST_FILE = 1 << 20  # bytes
NEAR = 0.6  # of a name agrees with the one that was asked for, where it is offered


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """A JSON schema in the request makes some models write places better. `kind` is the kind of
    region that it is for, `body` the schema itself.
    """

    name: str
    kind: str
    body: Mapping[str, object]
    source: str
    date: str
    note: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A contract applies to a model, for this reason."""

    contract: Contract
    why: str


def told_match(contract: Contract) -> Match:
    """The contract that a user tells applies, whatever the model is called."""
    return Match(contract=contract, why="it was named as the model's contract")


def contracts() -> tuple[Contract, ...]:
    """All rows of the table, in its order."""
    rows = _table()["contract"]
    return tuple(rows)


def schema_named(name: str) -> Schema:
    """The schema that contracts call by this name."""
    known: Mapping[str, Schema] = _table()["schema"]
    if name not in known:
        raise UnknownNameError(kind="schema", name=name, known=known)
    return known[name]


def contract_of(model: str, server: str = "") -> Match | None:
    """The row that is about a model of this name, and why; None: nothing is known of it.

    `model` is the name as it is asked for at a server or a hub, or a path to its folder or GGUF
    file; `server` the URL or host where it is asked. A row that holds at some servers alone goes
    there before those that hold everywhere.
    """
    host = (urlsplit(server).hostname or "") if "//" in server else server
    for form in forms(model):
        found = [
            (row, pattern)
            for row in contracts()
            if not row.servers or host in row.servers
            for pattern in row.models
            if is_named(form, pattern)
        ]
        if found:
            row, pattern = max(found, key=lambda one: bool(one[0].servers))
            called = f"{model!r}" if form == model.strip() else f"{model!r} (as {form!r})"
            at = f", at {host}" if row.servers else ""
            return Match(contract=row, why=f"{called} is one of {pattern}{at}")
    return None


def contract_named(what: str | Path | Contract, server: str = "") -> Contract:
    """The contract that a user names: a row, a model that a row is about, or a file."""
    if isinstance(what, Contract):
        return what
    name = what if isinstance(what, str) else str(given.path("contract", what))
    for row in contracts():
        if row.name == name:
            return row
    if isinstance(what, Path) or name.endswith(".json") or Path(name).expanduser().is_file():
        return load_contract(name)
    found = contract_of(name, server)
    if found is None:
        raise UsageError(
            f"no contract and no model of one is called {name!r}, and there is no such file"
            f"{nearest_said(name)}; `deixis contracts` lists them"
        )
    return found.contract


def load_contract(path: str | Path) -> Contract:
    """A contract is read from a file as `deixis probe` writes it; UsageError says what is wrong
    with it.
    """
    try:
        content = read_bytes(Path(path).expanduser(), most=LARGEST_FILE)
        told = object_of(parse(content.decode()), name="contract")
        version = told.pop("deixis", None)
        if version != VERSION:
            raise UsageError(f"this Deixis reads {VERSION}, got {shown(version)}")
        contract = contract_from(told, name="contract")
        if contract.dialect and "resize" not in told and counts_what_is_seen(contract.dialect):
            raise UsageError(
                f"{contract.dialect!r} counts pixels of what the model sees, so it tells its resize"
                ', {"law": "kept"} where there is none'
            )
        if contract.dialect:
            contract.spoken()
        if contract.schema:
            schema_named(contract.schema)
    except (OSError, ValueError, UsageError) as broken:
        raise UsageError(f"{path} is no contract: {broken}") from None
    return contract


def nearest(model: str, most: int = 3) -> tuple[Contract, ...]:
    """The rows whose models have names most like this one, the nearest first: for people to look
    at, never to be taken.
    """
    asked = model.strip().lower().rpartition("/")[2][:100]
    words = difflib.SequenceMatcher(b=asked, autojunk=False)
    scores: dict[str, float] = {}
    for row, names in _bare_names().items():
        for name in names:
            words.set_seq1(name)
            if words.real_quick_ratio() >= NEAR and words.quick_ratio() >= NEAR:
                scores[row] = max(words.ratio(), scores.get(row, 0.0))
    near = [row for row in contracts() if scores.get(row.name, 0.0) >= NEAR]
    return tuple(sorted(near, key=lambda row: -scores[row.name])[:most])


def nearest_said(model: str) -> str:
    """The nearest rows as a message names them; nothing where none is near."""
    names = ", ".join(repr(row.name) for row in nearest(model))
    return f" (its name is most like those of {names})" if names else ""


@cache
def _bare_names() -> dict[str, tuple[str, ...]]:
    """The names of each row's models without their owners."""
    return {row.name: tuple(_bare(row.models)) for row in contracts()}


def _bare(patterns: Iterable[str]) -> list[str]:
    names = (name for pattern in patterns for name in names_of(pattern))
    return list(dict.fromkeys(name.lower().rpartition("/")[2] for name in names))


@cache
def _table() -> Mapping[str, Any]:  # Any: a list of contracts, and schemas by their names
    told = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    schemas = [
        read_as(Schema, {**one, "body": parse(one["body"])}, name=f"schema {one['name']}")
        for one in told["schema"]
    ]
    rows = [contract_from(one, name=f"contract {one.get('name')}") for one in told["contract"]]
    return {"contract": rows, "schema": {one.name: one for one in schemas}}
