"""A known picture, and what of one is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, final

import numpy as np
from PIL import Image as PIL

from deixis.core.image import Image
from deixis.core.region import Region
from deixis.testing.simulated import enlarged, ground
from deixis.testing.simulated.covers import covered, most
from deixis.testing.simulated.windows import Packed, packed

Edges: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom
THUMB = (24, 24)
MOST_COVERED = 0.75  # of a thing's box: a thing of which more is painted over is not seen
LEAST_SHOWN = 0.5  # of a thing: less of it is not seen


@final
class KnownPicture:
    """One picture with its things. What recognising needs is made when it is first needed."""

    def __init__(self, number: int, image: Image, things: Sequence[Region]) -> None:
        self.number, self.image, self.things = number, image, tuple(things)
        self.ground_blue = ground.blue_of(image.pixels)
        self._packed: Packed | None = None
        self._colours: np.ndarray | None = None
        self._thumb: np.ndarray | None = None

    @property
    def packed(self) -> Packed:
        """Its pixels, ready to be searched."""
        if self._packed is None:
            self._packed = packed(self.image.pixels)
        return self._packed

    @property
    def colours(self) -> np.ndarray:
        """How often each coarse colour occurs in it."""
        if self._colours is None:
            self._colours = enlarged.colour_counts(self.image.pixels)
        return self._colours

    @property
    def thumb(self) -> np.ndarray:
        """Its pixels, very small."""
        if self._thumb is None:
            self._thumb = thumbnail(self.image)
        return self._thumb


@final
@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A picture that was shown: a window of a known one, at some size."""

    known: KnownPicture
    window: Edges  # in pixels of the known picture
    shown: Image
    is_same: bool  # pixel by pixel

    @property
    def is_whole(self) -> bool:
        """Whether all of the known picture is shown."""
        size = self.known.image.size
        return self.window == (0.0, 0.0, float(size.width), float(size.height))

    def shares(self, box: Edges) -> Edges:
        """A box of the known picture, in shares of what is shown; beyond 0..1 where it is not."""
        left, top, right, bottom = self.window
        across, down = right - left, bottom - top
        x0, y0, x1, y1 = box
        return (
            (x0 - left) / across,
            (y0 - top) / down,
            (x1 - left) / across,
            (y1 - top) / down,
        )

    @cached_property
    def visible(self) -> tuple[tuple[Region, Edges], ...]:
        """The things of which at least half is shown, with what is shown of them, in shares. One
        that is painted over is not.
        """
        found = []
        for thing in self.known.things:
            all_of_it = self.shares(thing.box().xyxy)
            cut = cut_to_picture(all_of_it)
            if _area(cut) > 0 and _area(cut) >= LEAST_SHOWN * _area(all_of_it):
                found.append((thing, cut))
            elif _area(all_of_it) == 0 and all(0 <= share <= 1 for share in all_of_it):
                found.append((thing, all_of_it))
        if self.is_same or not self.is_whole:
            return tuple(found)
        cover = covered(self.shown.pixels, self.change)
        return tuple(pair for pair in found if _mean_within(cover, pair[1]) < MOST_COVERED)

    @cached_property
    def original(self) -> np.ndarray:
        """What the window shows in the known picture, at the size of what is shown."""
        if self.is_whole and self.shown.size == self.known.image.size:
            return self.known.image.pixels
        size = (self.shown.size.width, self.shown.size.height)
        fitted = self.known.image.pil().resize(size, PIL.Resampling.BICUBIC, box=self.window)
        return np.asarray(fitted)

    @cached_property
    def change(self) -> np.ndarray:
        """By how much each pixel differs from the known picture, height x width."""
        before = self.original.astype(np.int16)
        return most(np.abs(self.shown.pixels.astype(np.int16) - before))


def thumbnail(image: Image) -> np.ndarray:
    """The mean colours of a picture's 24 x 24 parts."""
    small = PIL.fromarray(image.pixels).resize(THUMB, PIL.Resampling.BOX)
    return np.asarray(small).astype(np.int16)


def cut_to_picture(box: Edges) -> Edges:
    """The part of a box, in shares, that is shown."""
    x0, y0, x1, y1 = (min(max(share, 0.0), 1.0) for share in box)
    return x0, y0, x1, y1


def whole(known: KnownPicture, shown: Image, *, is_same: bool) -> Sighting:
    """All of a known picture is shown."""
    size = known.image.size
    edges = (0.0, 0.0, float(size.width), float(size.height))
    return Sighting(known=known, window=edges, shown=shown, is_same=is_same)


def _mean_within(values: np.ndarray, box: Edges) -> float:
    height, width = values.shape
    top, bottom = int(box[1] * height), max(round(box[3] * height), int(box[1] * height) + 1)
    left, right = int(box[0] * width), max(round(box[2] * width), int(box[0] * width) + 1)
    return float(values[top:bottom, left:right].mean())


def _area(box: Edges) -> float:
    x0, y0, x1, y1 = box
    return max(x1 - x0, 0.0) * max(y1 - y0, 0.0)
