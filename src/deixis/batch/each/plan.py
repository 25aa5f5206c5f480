"""The lines of a plan, a picture each with its regions, and the tasks that are parts of it.

A row is known by the picture's name, the region's id there, and the question; a kept answer
counts for it while the region is the same.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from jaxtyping import UInt64

from deixis.core import json_lines, region_json
from deixis.core.files import open_file
from deixis.core.region import Region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPicture:
    """A picture is asked about these regions, each with an id of its own; None is the picture as
    a whole. `error` says why none of it can be asked. So many crowds of it are left out.
    """

    image: str
    path: Path
    regions: tuple[Region | None, ...]
    ids: tuple[str, ...]
    error: str | None = None
    num_crowds: int = 0

    @property
    def is_one(self) -> bool:
        """Whether it is a picture at all, not a bad row of a file that names none."""
        return self.path != Path()

    def line(self) -> bytes:
        """The picture as a line of the plan."""
        record = {
            "image": self.image,
            "path": str(self.path),
            "regions": [
                None if one is None else region_json.to_record(one) for one in self.regions
            ],
            "ids": self.ids,
            "error": self.error,
        }
        return json_lines.line(record).encode()

    @classmethod
    def of(cls, line: bytes) -> "PlannedPicture":
        """The picture that a line of the plan holds."""
        told = json_lines.parse(line)
        records = told["regions"]
        return cls(
            image=told["image"],
            path=Path(told["path"]),
            regions=tuple(one and region_json.from_record(one) for one in records),
            ids=tuple(told["ids"]),
            error=told["error"],
        )

    def rows(self, questions: Sequence[str]) -> "list[PlannedRow]":
        """The picture's rows: each region with each question."""
        return [
            PlannedRow(image=self.image, id=one, region=region, question=question)
            for one, region in zip(self.ids, self.regions, strict=True)
            for question in questions
        ]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRow:
    """One question about one region of one picture."""

    image: str
    id: str
    region: Region | None
    question: str

    @property
    def key(self) -> str:
        """The row's name, whatever the region is now."""
        told = json.dumps([self.image, self.id, self.question])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def record(self) -> dict[str, object]:
        """The fields that each row begins with."""
        region = None if self.region is None else region_json.to_record(self.region)
        return {
            "key": self.key,
            "image": self.image,
            "id": self.id,
            "region": region,
            "question": self.question,
        }


def marks_of(rows: "Sequence[PlannedRow]") -> UInt64[np.ndarray, " row"]:
    """The marks of rows."""
    return np.array([mark_of(row.record) for row in rows], dtype=np.uint64)


def mark_of(record: dict[str, object]) -> int:
    """Two rows with one key and the same region have the same mark, of 64 bits."""
    told = json.dumps([record["key"], record["region"]], sort_keys=True)
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EachTask:
    """Some pictures of the plan, by where they stand in it. The rows of `is_done`, a byte each,
    are left out.
    """

    begin: int
    end: int
    is_done: bytes

    @property
    def num_left(self) -> int:
        """So many rows are to be asked."""
        return self.is_done.count(0)


def planned_pictures(
    file: Path, begin: int = 0, end: int | None = None
) -> Iterator[PlannedPicture]:
    """The pictures of a plan, or those between two places of it."""
    with open_file(file) as stream:
        stream.seek(begin)
        while (end is None or stream.tell() < end) and (line := stream.readline()):
            yield PlannedPicture.of(line)
