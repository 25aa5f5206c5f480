"""The ten colours of things: their names, the ink, and the paper that shows through it."""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias, final

RGB: TypeAlias = tuple[int, int, int]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Colour:
    """A colour by name; `paper` fills what the drawing encloses, so that lines stand out."""

    name: str
    ink: RGB
    paper: RGB


INKS: dict[str, RGB] = {
    "red": (214, 28, 34),
    "orange": (245, 132, 12),
    "yellow": (250, 222, 20),
    "green": (22, 150, 44),
    "blue": (24, 66, 210),
    "purple": (120, 28, 160),
    "pink": (250, 120, 190),
    "brown": (106, 58, 20),
    "black": (12, 12, 14),
    "white": (252, 252, 252),
}
PALE, DARK = (240, 238, 232), (62, 62, 70)
ON_DARK = ("yellow", "white", "pink")


@cache
def colours() -> tuple[Colour, ...]:
    """All ten."""
    return tuple(
        Colour(name=name, ink=ink, paper=DARK if name in ON_DARK else PALE)
        for name, ink in INKS.items()
    )


def colour_named(name: str) -> Colour:
    """The colour of that name, one of INKS."""
    return colours()[list(INKS).index(name)]
