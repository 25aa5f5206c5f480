"""An answer is read in every dialect: which could have written it, and what would it mean?"""

from dataclasses import dataclass
from typing import final

from deixis.coordinates import dialects
from deixis.coordinates.reading import Reading
from deixis.core.region import Region
from deixis.core.size import Size


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SharedMeaning:
    """These dialects read the same places from an answer; none of its numbers is unread by them."""

    dialects: tuple[str, ...]
    regions: tuple[Region, ...]


def readings(text: str, size: Size) -> dict[str, Reading]:
    """Each dialect, as its makers left it, reads the answer so."""
    return {name: dialects.get(name)().read(text, size) for name in dialects.names()}


def meanings(text: str, size: Size) -> list[SharedMeaning]:
    """The answer could have been written in these dialects, those that mean the same together, the
    most agreed upon first. Empty where it holds no place that any of them reads whole.
    """
    found: dict[tuple[Region, ...], list[str]] = {}
    for name, reading in readings(text, size).items():
        if reading.places and not reading.unread:
            found.setdefault(reading.regions, []).append(name)
    told = [
        SharedMeaning(dialects=tuple(names), regions=regions) for regions, names in found.items()
    ]
    return sorted(told, key=lambda meaning: -len(meaning.dialects))
