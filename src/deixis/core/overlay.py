"""Regions on their picture, for people to look at; what models look at is drawn by `marks`."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, final, runtime_checkable

from deixis.core import showing
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.optional_parts import opened
from deixis.core.region import Region
from deixis.core.untrusted_text import shown
from deixis.core.wording import counted

DRAWER = "deixis.marks.labelled:draw_labelled"  # a layer above


@runtime_checkable
class HasRegions(Protocol):
    """What was answered, read or found holds regions."""

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions, in its order."""
        ...


Regions: TypeAlias = Region | Iterable[Region] | Mapping[str, Region] | HasRegions


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class Overlay:
    """Regions outlined and labelled on their picture, in its pixels. RegionError where one lies
    outside of it.
    """

    base: Image
    regions: tuple[Region, ...]

    def __post_init__(self) -> None:
        for region in self.regions:
            region.within(self.base.size)

    def __repr__(self) -> str:
        return f"Overlay({self.base!r}, {counted(len(self.regions), 'region')})"

    @property
    def image(self) -> Image:
        """The picture with the regions drawn; one of less than 320 pixels is enlarged."""
        return opened(DRAWER, needed_for="regions on a picture")(self.base, self.regions)

    def save(self, path: str | os.PathLike[str]) -> None:
        """The drawn picture is written, as `Image.save` does."""
        self.image.save(path)

    def show(self) -> None:
        """The drawn picture is shown, in a notebook or in the system's viewer."""
        showing.show(self, self.image.pil())

    def _repr_png_(self) -> bytes:
        return showing.notebook_png(self.image.pil())


def listed_regions(given: Regions) -> tuple[Region, ...]:
    """One region, some, some by their names, or those of an answer, a reading or what was found."""
    if isinstance(given, Region):
        return (given,)
    if isinstance(given, Mapping):
        listed: Iterable[object] = [
            one.named(label=str(name)) if isinstance(one, Region) else one
            for name, one in given.items()
        ]
    else:
        listed = given.regions if isinstance(given, HasRegions) else given
    if not isinstance(listed, Iterable):
        raise UsageError(f"regions are Regions, or what holds them, got {shown(given)}")
    regions: list[Region] = []
    for one in listed:
        if not isinstance(one, Region):
            raise UsageError(f"each of the regions is a Region, got {shown(one)}")
        regions.append(one)
    return tuple(regions)
