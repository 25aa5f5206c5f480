"""Sheets of the Things world to look at: every name in all artists' hands, by category."""

import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw, ImageFont

from deixis.core.errors import UnknownNameError
from deixis.core.image import Image
from deixis_lab.examine.sheet import Sheet
from deixis_lab.things.art import Art, straight
from deixis_lab.things.artists import ARTISTS
from deixis_lab.things.drawings import Drawing
from deixis_lab.things.names import ThingName, categories, members, thing_names

STAMP, GAP, NAME_WIDTH, HEAD = 48, 4, 128, 22
COLUMNS = 2
PAPER, PALE, GREY = (250, 249, 246), (238, 237, 232), (120, 120, 120)


def thing_atlas(art: Art, category: str | None = None) -> Sheet:
    """Every name that the art draws, of one category or of all, a row each: the name, and for each
    artist the drawing of its first member. What is held out by name has a star, and an artist of a
    held-out house too.
    """
    if category is not None and category not in categories():
        raise UnknownNameError(kind="category", name=category, known=categories())
    listed = [
        named
        for named in thing_names()
        if named.name in art.by_name and category in (None, named.category)
    ]
    artists = [artist for artist in ARTISTS if any(d.artist == artist.name for d in art.drawings)]
    rows = -(-len(listed) // COLUMNS)
    width = NAME_WIDTH + len(artists) * (STAMP + GAP)
    sheet = PIL.new("RGB", (COLUMNS * width, HEAD + rows * (STAMP + GAP)), PAPER)
    pen = ImageDraw.Draw(sheet)
    for column in range(COLUMNS):
        for place, artist in enumerate(artists):
            x = column * width + NAME_WIDTH + place * (STAMP + GAP)
            starred = f"{artist.name[:7]}{'*' if artist.is_held_out else ''}"
            pen.text((x, 4), starred, fill=GREY, font=ImageFont.load_default(10))
    for place, named in enumerate(listed):
        x, y = place // rows * width, HEAD + place % rows * (STAMP + GAP)
        if place % 2:
            pen.rectangle((x, y - GAP // 2, x + width - 1, y + STAMP + GAP // 2 - 1), fill=PALE)
        _name(pen, named, (x + GAP, y))
        for row, artist in enumerate(artists):
            drawing = _first(art, named, artist.name)
            if drawing is not None:
                left = x + NAME_WIDTH + row * (STAMP + GAP)
                stamp = _stamp(art, drawing)
                sheet.paste(stamp, (left, y), stamp)
    return Sheet(
        image=Image(pixels=np.asarray(sheet), source="things"),
        entries=tuple(_entry(art, named) for named in listed),
    )


def _name(pen: ImageDraw.ImageDraw, named: ThingName, corner: tuple[int, int]) -> None:
    x, y = corner
    starred = f"{named.name}{'*' if named.is_held_out else ''}"
    pen.text((x, y + 8), starred[:20], fill="black", font=ImageFont.load_default(12))
    about = named.look_alikes or named.category
    pen.text((x, y + 26), about, fill=GREY, font=ImageFont.load_default(10))


def _first(art: Art, named: ThingName, artist: str) -> Drawing | None:
    """The artist's drawing of the name's first member that there is."""
    drawn = {drawing.code: drawing for drawing in art.by_name[named.name].get(artist, ())}
    return next((drawn[code] for code in named.codes if code in drawn), None)


def _stamp(art: Art, drawing: Drawing) -> PIL.Image:
    picture = PIL.fromarray(straight(np.asarray(art.level(drawing, 2 * STAMP))))
    return picture.resize((STAMP, STAMP), PIL.Resampling.LANCZOS)


def _entry(art: Art, named: ThingName) -> dict[str, object]:
    return {
        "name": named.name,
        "category": named.category,
        "look_alikes": named.look_alikes,
        "members": [members()[code].name for code in named.codes],
        "synonyms": list(named.synonyms),
        "is_held_out": named.is_held_out,
        "artists": list(art.by_name[named.name]),
    }
