"""The pictures whose truth is known, and how one is recognised: whole, cropped, resized, marked."""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, final

import numpy as np
from PIL import Image as PIL

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.testing.simulated import enlarged, ground, resized
from deixis.testing.simulated.covers import covered
from deixis.testing.simulated.windows import Packed, packed

Truth: TypeAlias = Mapping[Image, Sequence[Region]]
Edges: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom
NUM_REMEMBERED = 32
THUMB = (24, 24)
ALIKE = 12  # mean difference of two thumbnails of one picture, at most
SURELY_ALIKE = 1.0  # then all of it is shown
SAME_ASPECT = 0.02
CHANGED = 24  # a pixel differs by more, of a picture that was resized too
NEARLY_WHOLE = 0.05  # a number of times
NEAR = 0.002  # of a side: a window's edge that is nearer to the picture's is that
MOST_COVERED = 0.75  # of a thing's box: a thing of which more is painted over is not seen
LEAST_SHOWN = 0.5  # of a thing: less of it is not seen


@final
class Known:
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
@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A picture that was shown: a window of a known one, at some size."""

    known: Known
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

    def visible(self) -> list[tuple[Region, Edges]]:
        """The things of which at least half is shown, with what is shown of them, in shares. One
        that is painted over is not.
        """
        found = []
        for thing in self.known.things:
            whole = self.shares(thing.box().xyxy)
            cut = cut_to_picture(whole)
            if _area(cut) > 0 and _area(cut) >= LEAST_SHOWN * _area(whole):
                found.append((thing, cut))
            elif _area(whole) == 0 and all(0 <= share <= 1 for share in whole):
                found.append((thing, whole))
        if self.is_same or not self.is_whole:
            return found
        cover = covered(self.original(), self.shown.pixels)
        return [pair for pair in found if _mean_within(cover, pair[1]) < MOST_COVERED]

    def original(self) -> np.ndarray:
        """What the window shows in the known picture, at the size of what is shown."""
        if self.is_whole and self.shown.size == self.known.image.size:
            return self.known.image.pixels
        size = (self.shown.size.width, self.shown.size.height)
        fitted = self.known.image.pil().resize(size, PIL.Resampling.BICUBIC, box=self.window)
        return np.asarray(fitted)

    def change(self) -> np.ndarray:
        """By how much each pixel differs from the known picture, height x width."""
        before = self.original().astype(np.int16)
        return np.abs(self.shown.pixels.astype(np.int16) - before).max(axis=2)


@final
class Album:
    """All pictures whose truth is known."""

    def __init__(self, truth: Truth) -> None:
        for image, things in truth.items():
            _check(image, things)
        self.known = tuple(Known(i, *pair) for i, pair in enumerate(truth.items()))
        self._same: dict[tuple[Size, int], list[Known]] = {}
        for one in self.known:
            self._same.setdefault(_key(one.image), []).append(one)
        self._seen: OrderedDict[int, tuple[np.ndarray, Sighting | None]] = OrderedDict()
        self._lock = threading.Lock()

    def sighting(self, image: Image) -> Sighting | None:
        """Which known picture is shown, and which window of it; None: a foreign one."""
        name = id(image.pixels)
        with self._lock:
            remembered = self._seen.get(name)
            if remembered is not None and remembered[0] is image.pixels:
                return remembered[1]
        found = self._found(image)
        with self._lock:
            self._seen[name] = (image.pixels, found)  # which keeps the pixels, and so their id
            while len(self._seen) > NUM_REMEMBERED:
                self._seen.popitem(last=False)
        return found

    def _found(self, image: Image) -> Sighting | None:
        for one in self._same.get(_key(image), []):
            if np.array_equal(one.image.pixels, image.pixels):
                return _whole(one, image, is_same=True)
        ways = (
            self._marked,
            self._cut_out,
            self._on_a_ground,
            self._enlarged,
            self._shrunk,
            self._resized,
        )
        for way in ways:
            found = way(image)
            if found is not None:
                return found
        return None

    def _marked(self, image: Image) -> Sighting | None:
        """A picture of the same size, of which some pixels were changed."""
        alike = [one for one in self.known if one.image.size == image.size]
        if not alike:
            return None
        shares = [float((one.image.pixels == image.pixels).all(axis=2).mean()) for one in alike]
        best = max(range(len(alike)), key=shares.__getitem__)
        if shares[best] > 0.001:
            return _whole(alike[best], image, is_same=False)
        thumb = thumbnail(image)
        nearest = min(alike, key=lambda one: _distance(one.thumb, thumb))
        return _whole(nearest, image, is_same=False)

    def _cut_out(self, image: Image) -> Sighting | None:
        """A window of a larger picture, pixel by pixel."""
        shown = packed(image.pixels)
        for one in self.known:
            window = one.packed.window_of(shown)
            if window is not None:
                left, top = float(window.left), float(window.top)
                edges = (left, top, left + image.size.width, top + image.size.height)
                return Sighting(known=one, window=edges, shown=image, is_same=True)
        return None

    def _enlarged(self, image: Image) -> Sighting | None:
        """A window of a picture, a whole number of times its size."""
        for one in self.known:
            edges = enlarged.window_of(one.image.pixels, one.colours, image)
            if edges is not None:
                return Sighting(known=one, window=edges, shown=image, is_same=False)
        return None

    def _on_a_ground(self, image: Image) -> Sighting | None:
        """A window at another size, by the ground's colours, which tell the place."""
        for one in self.known:
            blue = one.ground_blue
            guess = None if blue is None else ground.window(image.pixels, blue, one.image.size)
            if guess is None:
                continue
            edges = _settled(guess, one.image.size)
            times = image.size.width / (guess[2] - guess[0])
            if times > 1.5 and abs(times / round(times) - 1) < NEARLY_WHOLE:
                pixels = one.image.pixels
                near = enlarged.window_near(pixels, guess, image)
                edges = near or enlarged.window_of(pixels, one.colours, image) or edges
            return Sighting(known=one, window=edges, shown=image, is_same=False)
        return None

    def _shrunk(self, image: Image) -> Sighting | None:
        """The whole picture at another size."""
        aspect = image.size.width / image.size.height
        alike = [one for one in self.known if abs(_aspect(one) / aspect - 1) < SAME_ASPECT]
        thumb = thumbnail(image)
        far = {one.number: _distance(one.thumb, thumb) for one in alike}
        if not far or min(far.values()) > ALIKE:
            return None
        best = min(alike, key=lambda one: far[one.number])
        whole = _whole(best, image, is_same=False)
        if far[best.number] <= SURELY_ALIKE:
            return whole
        edges = resized.settled_window(best.image, image, whole.window)
        return replace(whole, window=_settled(edges, best.image.size))

    def _resized(self, image: Image) -> Sighting | None:
        """A window of a picture, at any size."""
        for one in self.known:
            edges = resized.window_of(one.image, image)
            if edges is not None:
                window = _settled(edges, one.image.size)
                return Sighting(known=one, window=window, shown=image, is_same=False)
        return None


def thumbnail(image: Image) -> np.ndarray:
    """The mean colours of a picture's 24 x 24 parts."""
    small = PIL.fromarray(image.pixels).resize(THUMB, PIL.Resampling.BOX)
    return np.asarray(small).astype(np.int16)


def cut_to_picture(box: Edges) -> Edges:
    """The part of a box, in shares, that is shown."""
    x0, y0, x1, y1 = (min(max(share, 0.0), 1.0) for share in box)
    return x0, y0, x1, y1


def _mean_within(values: np.ndarray, box: Edges) -> float:
    height, width = values.shape
    top, bottom = int(box[1] * height), max(round(box[3] * height), int(box[1] * height) + 1)
    left, right = int(box[0] * width), max(round(box[2] * width), int(box[0] * width) + 1)
    return float(values[top:bottom, left:right].mean())


def _check(image: object, things: Sequence[Region]) -> None:
    if not isinstance(image, Image):
        raise UsageError(
            f"the truth is {{image: [regions]}}, got a {type(image).__name__} for an image; open "
            "it with dx.open_image"
        )
    if not all(isinstance(thing, Region) and thing.label for thing in things):
        raise UsageError(
            "each thing of the truth is a region with a label, its name: dx.box(…, label='cup')"
        )


def _whole(known: Known, shown: Image, *, is_same: bool) -> Sighting:
    size = known.image.size
    edges = (0.0, 0.0, float(size.width), float(size.height))
    return Sighting(known=known, window=edges, shown=shown, is_same=is_same)


def _settled(window: Edges, size: Size) -> Edges:
    """A window's edges are whole pixels, and those of the picture where they are near them."""
    left, top, right, bottom = (float(round(edge)) for edge in window)
    near_x, near_y = max(2.0, NEAR * size.width), max(2.0, NEAR * size.height)
    return (
        left if left > near_x else 0.0,
        top if top > near_y else 0.0,
        right if right < size.width - near_x else float(size.width),
        bottom if bottom < size.height - near_y else float(size.height),
    )


def _key(image: Image) -> tuple[Size, int]:
    sample = np.ascontiguousarray(image.pixels[::37, ::41])
    return image.size, zlib.crc32(sample.tobytes())


def _aspect(known: Known) -> float:
    return known.image.size.width / known.image.size.height


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def _area(box: Edges) -> float:
    x0, y0, x1, y1 = box
    return max(x1 - x0, 0.0) * max(y1 - y0, 0.0)
