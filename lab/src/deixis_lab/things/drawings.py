"""Which drawings there are: each artist's icons that stand for a member of a name."""

import re
from dataclasses import dataclass
from typing import Any, final

from deixis_lab.things.artists import Artist, artist_named
from deixis_lab.things.names import codes_by_drawing, name_of, plain_key
from deixis_lab.things.svg import Icon, Pyramid
from deixis_lab.things.told_colours import told_colour

COLOUR_SIDE = 64  # of the level by which a drawing's colour is told
COUNTED = re.compile(r"-\d$")  # Streamline has several drawings of one thing


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """One artist's picture of one member: "black cat" of "cat".

    `place` is its row in the art's pixels; half extents are in 1/4096 of its frame. `colour` is
    told where one colour covers three fifths of it, and never of black art.
    """

    artist: str
    icon: str
    code: str
    place: int
    half_width: int
    half_height: int
    colour: str | None

    @property
    def name(self) -> str:
        """What it shows, in plain English."""
        return name_of(self.code)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ListedIcon:
    """An icon that is to be drawn, and what it stands for."""

    artist: str
    icon: str
    code: str
    shape: Icon


def drawing_of(listed: ListedIcon, pyramid: Pyramid, place: int) -> Drawing:
    """An icon once it is drawn."""
    black = artist_named(listed.artist).is_black
    return Drawing(
        artist=listed.artist,
        icon=listed.icon,
        code=listed.code,
        place=place,
        half_width=pyramid.half_width,
        half_height=pyramid.half_height,
        colour=None if black else told_colour(pyramid.levels[COLOUR_SIDE]),
    )


def listed_icons(artist: Artist, package: dict[str, Any]) -> list[ListedIcon]:  # Any: JSON
    """An artist's icons of things that have names here, by their codes; each shape once a code."""
    found: list[ListedIcon] = []
    met: set[tuple[str, str]] = set()
    for icon, shape in package["icons"].items():
        code = _code_of(icon)
        if code is None or (code, shape["body"]) in met:
            continue
        met.add((code, shape["body"]))
        place = Icon(
            body=shape["body"],
            left=float(shape.get("left", 0)),
            top=float(shape.get("top", 0)),
            width=float(shape.get("width", package.get("width", 16))),
            height=float(shape.get("height", package.get("height", 16))),
        )
        found.append(ListedIcon(artist=artist.name, icon=icon, code=code, shape=place))
    return sorted(found, key=lambda listed: (listed.code, listed.icon))


def _code_of(icon: str) -> str | None:
    codes = codes_by_drawing()
    return codes.get(plain_key(icon)) or codes.get(plain_key(COUNTED.sub("", icon)))
