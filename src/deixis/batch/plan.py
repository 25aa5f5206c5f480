"""Which pictures of a store lie in which shard, written before the work begins."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import LOCK, left_behind, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.ordering import batches
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown
from deixis.sources.note_store.manifest import VERSION

FILE = "plan.json"
SHARD_SIZE = 64  # pictures: what a kill may cost each worker


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The names of each shard's pictures. `sources` are the records of what looks at them."""

    sources: tuple[Mapping[str, str], ...]
    shards: tuple[tuple[str, ...], ...] = ()

    def joined(self, names: Sequence[str]) -> "Plan":
        """With the pictures that are new to it in further shards; it keeps those that are gone."""
        known = {name for shard in self.shards for name in shard}
        new = [name for name in dict.fromkeys(names) if name not in known]
        more = tuple(map(tuple, batches(new, SHARD_SIZE)))
        return replace(self, shards=(*self.shards, *more))

    def save(self, folder: Path) -> None:
        """Into the store."""
        record = {
            "deixis": VERSION,
            "sources": [dict(source) for source in self.sources],
            "shards": self.shards,
        }
        write_text(folder / FILE, json.dumps(record, ensure_ascii=False) + "\n")


def check_place(folder: Path) -> None:
    """UsageError for a folder that holds anything but a store, or what is left of one."""
    if not folder.is_dir() or (folder / FILE).exists():
        return
    ours = {folder / LOCK, *left_behind(folder)}
    if any(path not in ours for path in folder.iterdir()):
        raise UsageError(f"{folder} is not empty and no store; give another --out")


def planned(folder: Path, sources: Sequence[Mapping[str, str]], names: Sequence[str]) -> Plan:
    """The plan of a new store, or the one that it has with what is new."""
    plan = Plan(sources=tuple(dict(source) for source in sources))
    if (folder / FILE).exists():
        plan = read_plan(folder)
        if [dict(source) for source in plan.sources] != [dict(source) for source in sources]:
            raise UsageError(
                f"{folder} holds what {_told(plan.sources)} found, not {_told(sources)}; "
                "give another --out"
            )
    return plan.joined(names)


def read_plan(folder: Path) -> Plan:
    """Of a store; UsageError where there is none."""
    try:
        told = object_of(parse(read_text(folder / FILE)), name="a plan")
        version = told.pop("deixis", None)
        if version == VERSION:
            return read_as(Plan, told, name="plan")
    except (OSError, ValueError, UsageError) as broken:
        raise UsageError(f"{folder} is not a store of notes: {broken}") from None
    raise UsageError(f"this Deixis reads {VERSION}, {folder} is {shown(version)}")


def _told(sources: Sequence[Mapping[str, str]]) -> str:
    return " and ".join(json.dumps(dict(source), ensure_ascii=False) for source in sources)
