"""The small art: drawings by freely licensed artists that ship inside the laboratory.

  python -m deixis_lab.things.shipping FOLDER_OF_PACKAGES

writes it anew from the packages that `deixis lab art` fetched.
"""

import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image as PIL

from deixis.core.files import make_folder, write_bytes, write_text
from deixis_lab.things.art import (
    INDEX,
    SMALL_COLUMNS,
    SMALL_FOLDER,
    SMALL_SHEET,
    SMALL_SIDE,
    record_of,
    straight,
)
from deixis_lab.things.artists import artist_named
from deixis_lab.things.drawings import ListedIcon, drawing_of, listed_icons
from deixis_lab.things.fetch import CREDITS, credits_of, icons_of
from deixis_lab.things.names import thing_named
from deixis_lab.things.svg import drawn

COLOURS = 64  # of each drawing
USUAL = ("noto", "twemoji", "fluent-emoji-flat", "streamline-emojis")
FEW = ("fluent-emoji-high-contrast", "emojione", "emojione-monotone")
# of every sort of claim some: known, held out by name (cat to fire), look-alikes (clock, heart)
NAMES = (
    "dog | tiger | fox | frog | turtle | penguin | owl | octopus | butterfly | snail | rose | "
    "cactus | banana | lemon | strawberry | carrot | pizza | hamburger | doughnut | coffee | "
    "mountain | castle | bicycle | sailboat | rocket | airplane | train | sun | umbrella | "
    "rainbow | snowman | gift | soccer ball | guitar | drum | target | camera | television | "
    "book | pencil | envelope | padlock | anchor | glasses | crown | light bulb | candle | "
    "ladder | clock | heart | arrow | cat | elephant | apple | cherries | car | house | "
    "hammer | scissors | key | fire "
)
OFTEN = ("dog", "fox", "penguin", "banana", "pizza", "bicycle", "guitar", "cat", "car", "clock")
MOST_MEMBERS = 2  # of look-alikes


def ship(packages: Path, folder: Path = SMALL_FOLDER) -> None:
    """The sheet, its index and the credits are written."""
    chosen = [icon for artist in (*USUAL, *FEW) for icon in _chosen(artist, packages)]
    rows = -(-len(chosen) // SMALL_COLUMNS)
    shape = (rows * SMALL_SIDE, SMALL_COLUMNS * SMALL_SIDE, 4)
    sheet = np.zeros(shape, dtype=np.uint8)
    drawings = []
    for place, icon in enumerate(chosen):
        pyramid = drawn(icon.shape, is_black=artist_named(icon.artist).is_black)
        assert pyramid is not None, icon.icon
        top, left = (part * SMALL_SIDE for part in divmod(place, SMALL_COLUMNS))
        sheet[top : top + SMALL_SIDE, left : left + SMALL_SIDE] = _cell(pyramid.levels[SMALL_SIDE])
        drawings.append(drawing_of(icon, pyramid, place))
    make_folder(folder)
    written = io.BytesIO()
    PIL.fromarray(sheet).save(written, format="WEBP", lossless=True, quality=100, method=4)
    write_bytes(folder / SMALL_SHEET, written.getvalue())
    rows_of_index = [record_of(drawing) for drawing in drawings]
    digest = hashlib.sha256(json.dumps(rows_of_index).encode() + sheet.tobytes()).hexdigest()
    lines = ",\n ".join(json.dumps(row) for row in rows_of_index)
    write_text(folder / INDEX, f'{{"digest": "{digest}", "drawings": [\n {lines}\n]}}\n')
    artists = tuple(artist_named(name) for name in (*USUAL, *FEW))
    write_text(folder / CREDITS, credits_of(artists))


def _cell(pixels: np.ndarray) -> np.ndarray:
    """A drawing as it is kept: in few colours, so that the sheet is small."""
    picture = PIL.fromarray(straight(pixels))
    few = picture.quantize(COLOURS, method=PIL.Quantize.FASTOCTREE, dither=PIL.Dither.NONE)
    return np.asarray(few.convert("RGBA"))


def _chosen(artist: str, packages: Path) -> list[ListedIcon]:
    """An artist's drawings of the names, few members of each."""
    listed = listed_icons(artist_named(artist), icons_of(artist_named(artist), packages))
    chosen = []
    for name in NAMES.strip().split(" | "):
        if artist in FEW and name not in OFTEN:
            continue
        named = thing_named(name)
        codes = named.codes[: MOST_MEMBERS if named.look_alikes else 1]
        found = {icon.code: icon for icon in reversed(listed) if icon.code in codes}
        chosen += [found[code] for code in codes if code in found]
    return chosen


if __name__ == "__main__":
    ship(Path(sys.argv[1]))
