"""The whole art is drawn once: by several processes, in parts that resume, into files to map."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import final

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, owned, remove, write_text
from deixis.core.progress import Progress, Reporter
from deixis.core.workers import Workers, begin_worker
from deixis_lab.things.art import (
    INDEX,
    PINNED,
    PINNED_RENDERER,
    art_folder,
    level_name,
    packages_folder,
    record_of,
)
from deixis_lab.things.artists import ARTISTS, artist_named
from deixis_lab.things.drawings import ListedIcon, drawing_of, listed_icons
from deixis_lab.things.fetch import fetch, icons_of
from deixis_lab.things.svg import LARGEST, SIDES, drawn

PART = 96  # drawings


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Some drawings in a row, from the place `first` on, and the folder that they go to."""

    first: int
    icons: tuple[ListedIcon, ...]
    folder: Path

    @property
    def record(self) -> Path:
        """The file that says that it is done."""
        return self.folder / f"part-{self.first}.json"


def build_art(
    reporter: Reporter, *, processes: int | None = None, any_renderer: bool = False
) -> Path:
    """The folder of the whole art, fetched and drawn where it is not there yet.

    Stopped or killed, it goes on where it was. Where the renderer that is installed draws other
    bytes than the pinned one, that is refused, unless `any_renderer`.
    """
    renderer = version("resvg-py")
    for folder in (art_folder(), art_folder(renderer)):
        if (folder / INDEX).exists() and (any_renderer or folder == art_folder()):
            return folder
    with owned(packages_folder().parent, "another `deixis lab art`"):
        fetch(packages_folder(), reporter)
        draft = art_folder().with_name(f".{art_folder().name}.{renderer}")
        digest = _draw(draft, processes or os.cpu_count() or 1, reporter)
        if digest != PINNED and not any_renderer:
            raise UsageError(
                f"what resvg-py {renderer} draws here is not what resvg-py {PINNED_RENDERER} drew "
                f"for all reports: pip install resvg-py=={PINNED_RENDERER}, or keep these pixels "
                "with --any-renderer, and compare with nobody else's figures"
            )
        place = art_folder() if digest == PINNED else art_folder(renderer)
        remove(place)
        draft.rename(place)
        for record in place.glob("part-*.json"):
            record.unlink()
        return place


def parts_of(folder: Path) -> list[Part]:
    """All that is to be drawn, from the packages at hand."""
    icons = [
        icon
        for artist in ARTISTS
        for icon in listed_icons(artist, icons_of(artist, packages_folder()))
    ]
    return [
        Part(first=first, icons=tuple(icons[first : first + PART]), folder=folder)
        for first in range(0, len(icons), PART)
    ]


def draw_part(part: Part) -> int:
    """A part's pixels are written, then its record; the number of its drawings is returned."""
    levels = {side: np.load(part.folder / level_name(side), mmap_mode="r+") for side in SIDES}
    rows: list[list[str | int | None] | None] = []
    hashed = hashlib.sha256()
    for place, icon in enumerate(part.icons, part.first):
        pyramid = drawn(icon.shape, is_black=artist_named(icon.artist).is_black)
        if pyramid is None:
            rows.append(None)
            continue
        for side, pixels in pyramid.levels.items():
            levels[side][place] = pixels
        hashed.update(pyramid.levels[LARGEST].tobytes())
        rows.append(record_of(drawing_of(icon, pyramid, place)))
    for level in levels.values():
        level.flush()
    record = {"drawings": rows, "hash": hashed.hexdigest()}
    write_text(part.record, json.dumps(record, ensure_ascii=False))
    return len(part.icons)


def _draw(folder: Path, processes: int, reporter: Reporter) -> str:
    """All parts are drawn into a folder; the digest of the art is returned."""
    make_folder(folder)
    parts = parts_of(folder)
    total = sum(len(part.icons) for part in parts)
    for side in SIDES:
        _make_room(folder / level_name(side), (total, side, side, 4))
    waiting = [part for part in parts if not part.record.exists()]
    done = total - sum(len(part.icons) for part in waiting)
    before, started = done, time.monotonic()
    for count in _drawn_parts(waiting, processes):
        done += count
        _tell(reporter, done, total, done - before, started)
    records = [json.loads(part.record.read_text(encoding="utf-8")) for part in parts]
    rows = [row for record in records for row in record["drawings"]]
    hashes = [record["hash"] for record in records]
    digest = hashlib.sha256(json.dumps([rows, hashes]).encode()).hexdigest()
    index = {"digest": digest, "renderer": f"resvg-py {version('resvg-py')}", "drawings": rows}
    write_text(folder / INDEX, json.dumps(index, ensure_ascii=False))
    return digest


def _make_room(path: Path, shape: tuple[int, ...]) -> None:
    """The file is there as a whole, blank where nothing was drawn yet."""
    if path.exists():
        return
    begun = path.with_suffix(".begun")
    np.lib.format.open_memmap(begun, mode="w+", dtype=np.uint8, shape=shape).flush()
    begun.rename(path)


def _tell(reporter: Reporter, done: int, total: int, drawn_now: int, started: float) -> None:
    rate = drawn_now / max(time.monotonic() - started, 1e-3)
    left = (total - done) / rate if drawn_now else None
    reporter.advance(
        Progress(step=done, steps=total, steps_per_second=rate, seconds_left=left, numbers={})
    )


def _drawn_parts(parts: list[Part], processes: int) -> Iterator[int]:
    """Each part's number of drawings, as it is done."""
    if not parts:
        return
    workers = Workers()
    with ProcessPoolExecutor(processes, mp_context=workers, initializer=begin_worker) as pool:
        try:
            for future in as_completed([pool.submit(draw_part, part) for part in parts]):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            workers.kill()
            raise
