"""An answer is read in every dialect: which could have written it, and what would it mean?"""

from dataclasses import dataclass
from typing import final

from deixis.coordinates import dialects
from deixis.coordinates.reading import Reading
from deixis.core.convert import Shape
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
    found: dict[tuple[Shape, ...], list[tuple[str, tuple[Region, ...]]]] = {}
    for name, reading in readings(text, size).items():
        if reading.places and not reading.unread:
            shapes = tuple(region.shape for region in reading.regions)
            found.setdefault(shapes, []).append((name, reading.regions))
    told = [_shared(readers) for readers in found.values()]
    return sorted(told, key=lambda meaning: -len(meaning.dialects))


def _shared(readers: list[tuple[str, tuple[Region, ...]]]) -> SharedMeaning:
    """Dialects that read the same places, with the names of one that reads names."""
    named = [sum(region.label is not None for region in regions) for _, regions in readers]
    regions = readers[named.index(max(named))][1]
    return SharedMeaning(dialects=tuple(name for name, _ in readers), regions=regions)
