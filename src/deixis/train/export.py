"""Marked conversations written out: pictures with their marks, and rows in LLaVA's format."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np

from deixis.core import json_lines
from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.core.folder_ownership import claim
from deixis.data import RegionDataset
from deixis.marks import VERSION, mark_json
from deixis.marks.sample import Chance
from deixis.train.mark_source import MarkedSample, mark_sample

ROWS, PICTURES, ABOUT = "data.jsonl", "images", "export.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ExportOptions:
    """What is written. A row is a function of (seed, epoch, index) and the profile."""

    profile: Chance = "release"
    seed: int = 0
    epochs: int = 1
    limit: int | None = None  # rows of an epoch
    skip_bad: bool = False

    def __post_init__(self) -> None:
        if self.seed < 0 or self.epochs < 1 or (self.limit is not None and self.limit < 1):
            raise UsageError(
                "an export's seed is 0 or more, its epochs and its limit 1 or more, got "
                f"{self.seed}, {self.epochs}, {self.limit}"
            )


@final
@dataclass(slots=True)
class ExportProgress:
    """How far an export is; `bad` tells of the rows that were left out."""

    num_rows: int = 0
    bad: list[str] = field(default_factory=list)


def export(
    dataset: RegionDataset, folder: Path, options: ExportOptions
) -> Iterator[ExportProgress]:
    """Write `data.jsonl`, `images` and `export.json`; after each row, how far it is.

    The rows appear under their name when all are written; the same export gives the same bytes.
    """
    if (folder / ROWS).exists():
        raise UsageError(f"{folder / ROWS} is there already; choose another folder")
    claim(folder, "data export")
    make_folder(folder / PICTURES)
    count = len(dataset) if options.limit is None else min(len(dataset), options.limit)
    done = ExportProgress()
    draft = folder / f".{ROWS}.draft"
    with draft.open("w", encoding="utf-8") as rows:
        for epoch in range(options.epochs):
            for index in range(count):
                record = _row(dataset, folder, options, (epoch, index), done)
                if record is not None:
                    rows.write(json_lines.line(record))
                    done.num_rows += 1
                yield done
    about = {
        "source": str(dataset.path),
        "renderer": VERSION,
        "options": asdict(options),
        "rows": done.num_rows,
        "bad": done.bad,
    }
    write_text(folder / ABOUT, json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    draft.replace(folder / ROWS)


def _row(
    dataset: RegionDataset,
    folder: Path,
    options: ExportOptions,
    place: tuple[int, int],
    done: ExportProgress,
) -> dict[str, Any] | None:  # Any: JSON
    epoch, index = place
    try:
        return _written(dataset, folder, options, epoch, index)
    except SampleError as problem:
        if not options.skip_bad:
            raise
        done.bad.append(str(problem))
        return None


def _written(
    dataset: RegionDataset, folder: Path, options: ExportOptions, epoch: int, index: int
) -> dict[str, Any]:  # Any: JSON
    generator = np.random.default_rng([options.seed, epoch, index])
    sample = dataset.sample(index, generator)
    try:
        marked = mark_sample(sample, generator, profile=options.profile)
    except DeixisError as problem:
        row = dataset.row(index)
        raise SampleError(dataset=str(dataset.path), row=row, reason=str(problem)) from None
    name = f"{epoch}-{index}.png"
    write_bytes(folder / PICTURES / name, marked.image.png())
    return _record(marked, name, options, epoch, index)


def _record(
    marked: MarkedSample, picture: str, options: ExportOptions, epoch: int, index: int
) -> dict[str, Any]:  # Any: JSON
    sample = marked.sample
    spoken = []
    for place, turn in enumerate(marked.turns):
        asked = f"<image>\n{turn.question}" if place == 0 else turn.question
        spoken.append({"from": "human", "value": asked})
        spoken.append({"from": "gpt", "value": turn.answer})
    return {
        "id": f"{sample.dataset}/{sample.id}/{epoch}",
        "image": picture,
        "conversations": spoken,
        "marks": {slot: mark_json.to_record(mark) for slot, mark in marked.marks.items()},
        "made": {
            "from": sample.id,
            "picture": str(sample.picture),
            "kind": sample.kind,
            "split": sample.split,
            "renderer": VERSION,
            "profile": options.profile,
            "seed": options.seed,
            "epoch": epoch,
            "index": index,
        },
    }
