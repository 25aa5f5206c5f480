"""Conversations about pictures in LLaVA's format, as JSON or JSON lines, and their folder.

A row: {"id": …, "image": "a.jpg", "conversations": [{"from": "human", "value": "<image> What is
this?"}, {"from": "gpt", "value": "A cup."}, …]}. `image` may be a list; then as many <image> stand
in the human's words. An optional `regions` gives the regions of `{slot}` in them: {"slot": region}.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np
from typing_extensions import override

from deixis.core import region_json
from deixis.core.errors import ImageError, RegionError, SampleError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.train.source import Source

PICTURE = "<image>"
SPEAKERS = ("human", "gpt")
SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One answer of a conversation to learn, and where it stands.

    `text` is what was asked, after the earlier questions and answers, a line each.
    """

    row: int
    pictures: tuple[Path, ...]
    text: str
    answer: str
    regions: Mapping[str, Region] = field(default_factory=dict)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedTurn:
    """A turn with its pictures opened."""

    turn: Turn
    images: tuple[Image, ...]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Conversations(Source):
    """The turns of a file. `bad` tells of the rows that were left out; rows count from 1."""

    file: Path
    turns: tuple[Turn, ...]
    num_rows: int
    bad: Mapping[int, str] = field(default_factory=dict)

    @property
    @override
    def num_examples(self) -> int:
        return len(self.turns)

    @override
    def example(self, index: int, generator: np.random.Generator) -> OpenedTurn:
        turn = self.turns[index]
        try:
            images = tuple(open_image(path) for path in turn.pictures)
            for region in turn.regions.values():
                region.within(images[0].size)
        except (ImageError, RegionError) as error:
            raise SampleError(dataset=str(self.file), row=turn.row, reason=str(error)) from None
        return OpenedTurn(turn=turn, images=images)


def read_conversations(file: Path, images: Path, *, skip_bad: bool = False) -> Conversations:
    """The turns of a .json or .jsonl file whose pictures lie in a folder.

    Pictures are looked for here, and opened when they are needed. A bad row is a SampleError, or,
    with `skip_bad`, left out and told of in `bad`.
    """
    if not images.is_dir():
        raise UsageError(f"there is no folder of pictures {str(images)!r}")
    turns: list[Turn] = []
    bad: dict[int, str] = {}
    row = 0
    for row, found in enumerate(_rows(file), start=1):
        try:
            turns.extend(_turns(found, row, images))
        except _BadRowError as problem:
            error = SampleError(dataset=str(file), row=row, reason=str(problem))
            if not skip_bad:
                raise error from None
            bad[row] = str(error)
    if not turns:
        raise UsageError(f"{file} has no row to learn from: {len(bad)} of {row} rows are bad")
    return Conversations(file=file, turns=tuple(turns), num_rows=row, bad=bad)


class _BadRowError(Exception):
    """What is wrong with a row."""


def _rows(file: Path) -> Iterator[object]:
    """The rows; a line that is not JSON comes as the ValueError that it gave."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8: {error}") from None
    if file.suffix == ".jsonl":
        for line in text.split("\n"):
            if line.strip():
                yield _line(line)
        return
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}; one row a line is named .jsonl") from None
    if not isinstance(rows, list):
        raise UsageError(f"{file} is a list of rows, got a {type(rows).__name__}")
    yield from rows


def _line(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return error


def _turns(row: object, number: int, images: Path) -> list[Turn]:
    if isinstance(row, Exception):
        raise _BadRowError(f"not JSON: {row}")
    if not isinstance(row, dict):
        raise _BadRowError(f"a row is an object, got a {type(row).__name__}")
    pictures = _pictures(row, images)
    spoken = _spoken(row)
    regions = _regions(row, spoken)
    turns: list[Turn] = []
    earlier: list[str] = []
    for asked, answer in zip(spoken[::2], spoken[1::2], strict=True):
        text = "\n".join([*earlier, asked])
        mentioned = {slot: regions[slot] for slot in SLOT.findall(text) if slot in regions}
        turns.append(
            Turn(row=number, pictures=pictures, text=text, answer=answer, regions=mentioned)
        )
        earlier += [asked, answer]
    return turns


def _pictures(row: Mapping[str, Any], images: Path) -> tuple[Path, ...]:
    given = row.get("image")
    names: list[Any] = given if isinstance(given, list) else [given]  # Any: as it stands there
    if not names or not all(isinstance(name, str) and name for name in names):
        raise _BadRowError("it has no image")
    paths = [images / name for name in names]
    for name, path in zip(names, paths, strict=True):
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise _BadRowError(f"the image {name!r} lies outside of {images}")
        if not path.is_file():
            raise _BadRowError(f"there is no image {name!r} in {images}")
    return tuple(paths)


def _spoken(row: Mapping[str, Any]) -> list[str]:
    """What was said in turn, human first, without the <image>."""
    turns = row.get("conversations")
    if not isinstance(turns, list) or not turns:
        raise _BadRowError("it has no conversations")
    spoken: list[str] = []
    for place, turn in enumerate(turns):
        speaker, value = _said(turn, place)
        if speaker == "gpt" and PICTURE in value:
            raise _BadRowError(f"turn {place + 1}: an answer holds {PICTURE}")
        spoken.append(value)
    if len(spoken) % 2:
        raise _BadRowError("the last question has no answer")
    num_places = sum(value.count(PICTURE) for value in spoken)
    num_pictures = len(row["image"]) if isinstance(row["image"], list) else 1
    if num_places != num_pictures:
        raise _BadRowError(f"it has {num_pictures} images and {num_places} {PICTURE}")
    bare = [value.replace(PICTURE, "").strip() for value in spoken]
    if not all(bare):
        raise _BadRowError(f"turn {bare.index('') + 1} has no words")
    return bare


def _said(turn: object, place: int) -> tuple[str, str]:
    expected = SPEAKERS[place % 2]
    if not isinstance(turn, dict) or not isinstance(turn.get("value"), str):
        raise _BadRowError(f"turn {place + 1} has no value")
    if turn.get("from") != expected:
        raise _BadRowError(f"turn {place + 1} is from {expected}, got {turn.get('from')!r}")
    return expected, turn["value"]


def _regions(row: Mapping[str, Any], spoken: list[str]) -> dict[str, Region]:
    records = row.get("regions") or {}
    if not isinstance(records, dict):
        raise _BadRowError("regions are an object of names and regions")
    try:
        regions = {slot: region_json.from_record(record) for slot, record in records.items()}
    except RegionError as error:
        raise _BadRowError(str(error)) from None
    slots = {slot for asked in spoken[::2] for slot in SLOT.findall(asked)}
    unknown = sorted(slots - set(regions))
    if regions and unknown:
        raise _BadRowError(f"it has no region for {{{unknown[0]}}}")
    return regions
