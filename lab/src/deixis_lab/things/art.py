"""The art at hand: every drawing's pixels at five sides, mapped into memory or from one sheet.

`small` ships inside the laboratory; `whole` is what `deixis lab art` fetched and drew.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, final

import numpy as np
from jaxtyping import UInt8
from PIL import Image as PIL

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.files import cache_folder
from deixis_lab.things.artists import ARTISTS
from deixis_lab.things.drawings import Drawing
from deixis_lab.things.names import members
from deixis_lab.things.svg import SIDES, halved, premultiplied

FORMAT = 1  # counts up when other pixels are made of the same drawings
PINNED = "0bced65f2e644f624573ec8098280396331794bb3ad97691e569bc48ff1d41f4"
PINNED_RENDERER = "0.5.0"
INDEX = "index.json"
SMALL, WHOLE = "small", "whole"
SMALL_FOLDER = Path(__file__).with_name("small")
SMALL_SHEET, SMALL_SIDE, SMALL_COLUMNS = "sheet.webp", 128, 16


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Art:
    """Drawings and their pixels. `digest` tells one art from another.

    `levels` has for each side all drawings' premultiplied RGBA, by their places.
    """

    digest: str
    drawings: tuple[Drawing, ...]
    levels: dict[int, UInt8[np.ndarray, "place _ _ 4"]]

    @cached_property
    def by_name(self) -> dict[str, dict[str, tuple[Drawing, ...]]]:
        """The drawings of every name, by their artists."""
        found: dict[str, dict[str, list[Drawing]]] = {}
        for drawing in self.drawings:
            found.setdefault(drawing.name, {}).setdefault(drawing.artist, []).append(drawing)
        return {
            name: {artist: tuple(drawn) for artist, drawn in artists.items()}
            for name, artists in found.items()
        }

    def level(self, drawing: Drawing, frame: int) -> UInt8[np.ndarray, "_ _ 4"]:
        """The smallest of a drawing's pictures that is at least `frame` pixels wide and high."""
        for side in sorted(self.levels):
            if side >= frame:
                return self.levels[side][drawing.place]
        return self.levels[max(self.levels)][drawing.place]

    def only(self, artists: Iterable[str]) -> "Art":
        """The same without other artists."""
        kept = set(artists)
        drawings = tuple(drawing for drawing in self.drawings if drawing.artist in kept)
        return Art(digest=self.digest, drawings=drawings, levels=self.levels)


@cache
def open_art(name: str) -> Art:
    """The art of that name, `small` or `whole`, opened once in a process."""
    if name == SMALL:
        return _small()
    if name == WHOLE:
        return _whole()
    raise UnknownNameError(kind="art", name=name, known=(SMALL, WHOLE))


def is_fetched() -> bool:
    """Whether the whole art is on this machine."""
    return any((folder / INDEX).exists() for folder in _folders())


def packages_folder() -> Path:
    """Where the artists' packages lie."""
    return cache_folder() / "art" / "packages"


def art_folder(renderer: str | None = None) -> Path:
    """Where the drawn art lies: of the pinned bytes, or of another renderer's."""
    suffix = "" if renderer is None else f"-resvg-{renderer}"
    return cache_folder() / "art" / (art_key() + suffix)


@cache
def art_key() -> str:
    """What the art is made of, in 16 letters: packages, names of drawings, and how they are drawn.

    Words that people read, as categories and synonyms, are not part of it.
    """
    packages = [[artist.name, artist.version, artist.sha256] for artist in ARTISTS]
    named = [[code, member.name, *member.others] for code, member in sorted(members().items())]
    ingredients = json.dumps([FORMAT, SIDES, packages, named], ensure_ascii=False)
    return hashlib.sha256(ingredients.encode()).hexdigest()[:16]


def record_of(drawing: Drawing) -> list[str | int | None]:
    """A drawing as a row of the index, without its place."""
    extents = (drawing.half_width, drawing.half_height)
    return [drawing.artist, drawing.icon, drawing.code, *extents, drawing.colour]


def drawing_from(record: list[Any], place: int) -> Drawing:  # Any: JSON
    """A row of the index read back."""
    artist, icon, code, half_width, half_height, colour = record
    return Drawing(
        artist=artist,
        icon=icon,
        code=code,
        place=place,
        half_width=half_width,
        half_height=half_height,
        colour=colour,
    )


def straight(pixels: UInt8[np.ndarray, "row column 4"]) -> UInt8[np.ndarray, "row column 4"]:
    """Premultiplied pixels as files of pictures have them."""
    wide = pixels.astype(np.uint16)
    alpha = np.maximum(wide[..., 3:], 1)
    colours = np.minimum((wide[..., :3] * 255 + alpha // 2) // alpha, 255)
    return np.concatenate([colours, wide[..., 3:]], axis=-1).astype(np.uint8)


def read_index(path: Path) -> tuple[str, tuple[Drawing, ...]]:
    """The digest and the drawings of an art's index."""
    index = json.loads(path.read_text(encoding="utf-8"))
    rows = enumerate(index["drawings"])
    return index["digest"], tuple(drawing_from(row, place) for place, row in rows if row)


def _folders() -> list[Path]:
    others = sorted(art_folder().parent.glob(f"{art_key()}-resvg-*"))
    return [art_folder(), *others]


def _whole() -> Art:
    for folder in _folders():
        if (folder / INDEX).exists():
            digest, drawings = read_index(folder / INDEX)
            levels = {side: np.load(folder / level_name(side), mmap_mode="r") for side in SIDES}
            return Art(digest=digest, drawings=drawings, levels=levels)
    raise UsageError(
        "the things' drawings are not on this machine yet: `deixis lab art` fetches them from npm "
        f"(30 MB) and draws them once; the {SMALL} art is there without it"
    )


def level_name(side: int) -> str:
    """The file with all drawings at this side."""
    return f"level-{side}.npy"


def _small() -> Art:
    digest, drawings = read_index(SMALL_FOLDER / INDEX)
    sheet = np.asarray(PIL.open(SMALL_FOLDER / SMALL_SHEET).convert("RGBA"))
    sides = [side for side in SIDES if side <= SMALL_SIDE]
    pyramids = [halved(premultiplied(_cell(sheet, drawing.place))) for drawing in drawings]
    levels = {side: np.stack([pyramid[side] for pyramid in pyramids]) for side in sides}
    return Art(digest=digest, drawings=drawings, levels=levels)


def _cell(sheet: np.ndarray, place: int) -> np.ndarray:
    top, left = (place // SMALL_COLUMNS * SMALL_SIDE, place % SMALL_COLUMNS * SMALL_SIDE)
    return sheet[top : top + SMALL_SIDE, left : left + SMALL_SIDE]
