"""Small pictures with notes that are known beforehand, and stores of them."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deixis.batch import work as store_work
from deixis.batch.extract import Extracted, ExtractOptions, extract
from deixis.batch.plan import pictures_of
from deixis.batch.runners import Work, runner
from deixis.core import region_json
from deixis.core.image import Image
from deixis.core.region import box
from deixis.sources.note_store import KnowledgeStore

WORDS = ("cat", "dog", "red car", "STOP")


def noise(seed: int, side: int = 12) -> Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side + 3, 3), dtype=np.uint8)
    return Image(pixels=pixels)


def album(folder: Path, count: int, *, broken: tuple[int, ...] = ()) -> Path:
    """A folder of pictures and, beside it, a file with the notes on each; where that is."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    rows = []
    for i in range(count):
        name = f"{i:05d}.png"
        (pictures / name).write_bytes(b"no picture" if i in broken else noise(i).png())
        notes = [
            box(1, 1, 3 + (i + n) % 9, 5 + n, label=WORDS[(i + n) % len(WORDS)])
            for n in range(i % 4)
        ]
        regions = {f"r{n}": region_json.to_record(note) for n, note in enumerate(notes)}
        rows.append(json.dumps({"image": name, "regions": regions}))
    known = folder / "notes.jsonl"
    known.write_text("\n".join(rows) + "\n")
    return known


def extracted(
    folder: Path, known: Path, out: Path, *, workers: int = 1, by: str = "pool"
) -> Extracted:
    """The last word of an extraction of an album."""
    options = ExtractOptions(sources=(f"regions:{known}",))
    told = extract(pictures_of(folder / "pictures"), out, options, runner(by, workers))
    return list(told)[-1]


def content(store: Path) -> dict:
    """All that a store holds, by picture."""
    rows = list(KnowledgeStore.open(store).rows())
    assert len({row.name for row in rows}) == len(rows)
    return {row.name: row for row in rows}


@dataclass
class Deadly(Work):
    """A work whose process is killed when it opens a picture of that name; each time that it is
    opened a file of `deaths` grows, and it kills no more than `most` times.
    """

    work: Work
    name: str
    deaths: Path
    most: int = 99

    def __call__(self, task):
        opened = store_work.open_image

        def deadly(path):
            if path.name == self.name:
                with self.deaths.open("a") as file:
                    file.write("x")
                if len(self.deaths.read_text()) <= self.most:
                    os.kill(os.getpid(), signal.SIGKILL)
            return opened(path)

        store_work.open_image = deadly
        return self.work(task)

    def in_hand(self, task):
        return self.work.in_hand(task)

    def without(self, task, part):
        return self.work.without(task, part)


def deadly_runner(name: str, deaths: Path, *, most: int = 99):
    by = runner("pool", 2)
    run = by.run
    by.run = lambda work, tasks: run(Deadly(work, name, deaths, most), tasks)
    return by
