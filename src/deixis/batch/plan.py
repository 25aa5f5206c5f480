"""A store's pictures have names that stay the same, and a plan says which lie in which shard."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from deixis.core.errors import SampleError, UsageError
from deixis.core.files import LOCK, left_behind, read_text, working_folder, write_text
from deixis.core.json_lines import parse
from deixis.core.ordering import batches
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown
from deixis.data import datasets
from deixis.sources.note_store.manifest import VERSION

FILE = "plan.json"
SHARD_SIZE = 64  # pictures: what a kill may cost each worker


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A plan names each shard's pictures. `sources` are the records of what looks at them."""

    sources: tuple[Mapping[str, str], ...]
    shards: tuple[tuple[str, ...], ...] = ()

    def joined(self, names: Sequence[str]) -> "Plan":
        """Pictures that are new to it join in further shards; it keeps those that are gone."""
        known = {name for shard in self.shards for name in shard}
        new = [name for name in dict.fromkeys(names) if name not in known]
        more = tuple(map(tuple, batches(new, SHARD_SIZE)))
        return replace(self, shards=(*self.shards, *more))

    def save(self, folder: Path) -> None:
        """The plan is written into the store."""
        record = {
            "deixis": VERSION,
            "sources": [dict(source) for source in self.sources],
            "shards": self.shards,
        }
        write_text(folder / FILE, json.dumps(record, ensure_ascii=False) + "\n")


def check_place(folder: Path) -> None:
    """UsageError tells of a folder that holds anything but a store, or what is left of one."""
    if not folder.is_dir() or (folder / FILE).exists():
        return
    ours = {folder / LOCK, *left_behind(folder)}
    if any(path not in ours for path in folder.iterdir()):
        raise UsageError(f"{folder} is not empty and no store; give another --out")


def planned(folder: Path, sources: Sequence[Mapping[str, str]], names: Sequence[str]) -> Plan:
    """A new store gets a plan; one that is there keeps its own, with what is new."""
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
    """A store has a plan; UsageError where there is none."""
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


SUFFIXES = frozenset({".jpeg", ".jpg", ".png", ".webp"})  # of what open_image opens


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """Paths stand by their names, in their order, and beside them what is wrong with rows that name
    none.
    """

    paths: Mapping[str, Path]
    bad: tuple[str, ...] = ()


def pictures_of(path: Path, *, images: Path | None = None, form: str = "llava") -> Pictures:
    """The pictures are those of a folder, all levels deep, or of a file of rows in that format."""
    if path.is_dir():
        if images is not None:
            raise UsageError("--images is for files of rows; a folder's pictures lie in it")
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found:
            raise UsageError(f"there is no picture in {path}: {', '.join(sorted(SUFFIXES))}")
        return Pictures(paths={p.relative_to(path).as_posix(): p for p in found})
    if not path.is_file():
        raise UsageError(f"there is no {str(path)!r}, seen from {working_folder()}")
    dataset = datasets.get(form).open(path, images=images)
    paths: dict[str, Path] = {}
    bad: list[str] = []
    for index in range(len(dataset)):
        try:
            sample = dataset.sample(index)
        except SampleError as problem:
            bad.append(str(problem))
            continue
        for picture in sample.pictures:
            paths.setdefault(_name(picture, images or path.parent), picture)
    if not paths:
        raise UsageError(f"no row of {path} has a picture")
    return Pictures(paths=paths, bad=tuple(bad))


def _name(picture: Path, folder: Path) -> str:
    inside = picture.is_relative_to(folder)
    return (picture.relative_to(folder) if inside else picture).as_posix()
