"""Colours of marks have names that can be said: nine in research, nine that people say; any other
has none.
"""

import operator
import re
from dataclasses import dataclass
from typing import TypeAlias, final

from deixis.core.errors import UnknownNameError, UsageError

Rgb: TypeAlias = tuple[int, int, int]
NAMED: dict[str, Rgb] = {
    "red": (255, 0, 0),
    "lime": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "fuchsia": (255, 0, 255),
    "aqua": (0, 255, 255),
    "orange": (255, 165, 0),
    "purple": (128, 0, 128),
    "gold": (255, 215, 0),
}
SPOKEN: dict[str, Rgb] = {  # in the order in which clear marks take them, if several stand out
    "red": (200, 0, 0),  # darker than that of research: white beside it is told from it
    "yellow": (255, 255, 0),
    "blue": (0, 0, 255),
    "green": (0, 200, 0),
    "magenta": (255, 0, 255),
    "cyan": (0, 255, 255),
    "orange": (255, 165, 0),
    "purple": (128, 0, 128),
    "white": (255, 255, 255),
}
ALL_NAMED = {**NAMED, **{name: rgb for name, rgb in SPOKEN.items() if name not in NAMED}}
HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Color:
    """A colour is red, green and blue of 0..255, with the word for it in a phrase, if there is
    one.
    """

    rgb: Rgb
    name: str | None = None

    def __post_init__(self) -> None:
        if len(self.rgb) != 3:
            raise UsageError(f"color is three numbers of 0..255, got {self.rgb}")
        red, green, blue = (whole("each number of color", v, 0, 255) for v in self.rgb)
        object.__setattr__(self, "rgb", (red, green, blue))


def whole(what: str, value: object, low: int, high: int) -> int:
    """The value has to be a whole number within low..high; it becomes Python's own, so that no
    array's bytes overflow.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # refused below if it is none
    except TypeError:
        raise UsageError(f"{what} is a whole number of {low}..{high}, got {value!r}") from None
    if not low <= number <= high:
        raise UsageError(f"{what} is within {low}..{high}, got {number}")
    return number


def color_of(colour: "str | Rgb | Color") -> Color:
    """A name, "#rrggbb" or three numbers give a colour; one that has a name gets it."""
    if isinstance(colour, Color):
        return colour
    if isinstance(colour, str) and colour in ALL_NAMED:
        return Color(rgb=ALL_NAMED[colour], name=colour)
    if not isinstance(colour, str | tuple | list):
        raise UsageError(f"color is a name, #rrggbb or three numbers, got {colour!r}")
    if isinstance(colour, str):
        match = HEX.fullmatch(colour)
        if match is None:
            raise UnknownNameError(kind="colour (or #rrggbb)", name=colour, known=ALL_NAMED)
        red, green, blue = (int(part, 16) for part in match.groups())
        return color_of((red, green, blue))
    names = [name for name, rgb in ALL_NAMED.items() if rgb == tuple(colour)]
    return Color(rgb=colour, name=names[0] if names else None)
