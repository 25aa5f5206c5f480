"""Regions on their picture, for people to look at; what models look at is drawn by `marks`."""

import os
from dataclasses import dataclass
from typing import final

from deixis.core import showing
from deixis.core.image import Image
from deixis.core.optional_parts import opened
from deixis.core.region import Region
from deixis.core.wording import counted

DRAWER = "deixis.marks.labelled:draw_labelled"  # a layer above


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
