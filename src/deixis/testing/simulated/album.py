"""The pictures whose truth is known, and how one is recognised: whole, cropped, resized, marked."""

import hashlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias, final

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.testing.simulated import enlarged, ground, resized
from deixis.testing.simulated.covers import is_one_colour
from deixis.testing.simulated.sighting import Edges, KnownPicture, Sighting, thumbnail, whole
from deixis.testing.simulated.windows import packed

Truth: TypeAlias = Mapping[Image, Sequence[Region]]
NUM_REMEMBERED = 32
ALIKE = 12  # mean difference of two thumbnails of one picture, at most
SURELY_ALIKE = 1.0  # then all of it is shown
SAME_ASPECT = 0.02
LEAST_SAME = 0.001  # of the pixels; fewer tell nothing
SURELY_SAME, SURELY_LIKE = 0.3, 0.8  # a share of the pixels; a correlation of thumbnails
NEARLY_WHOLE = 0.05  # a number of times
NEAR = 0.002  # of a side: a window's edge that is nearer to the picture's is that


@final
class Album:
    """All pictures whose truth is known."""

    def __init__(self, truth: Truth) -> None:
        for image, things in truth.items():
            _check(image, things)
        self.known = tuple(KnownPicture(i, *pair) for i, pair in enumerate(truth.items()))
        self._same: dict[tuple[Size, int], list[KnownPicture]] = {}
        for one in self.known:
            self._same.setdefault(_key(one.image), []).append(one)
        self._seen: OrderedDict[int, tuple[np.ndarray, Sighting | None]] = OrderedDict()
        self._lock = threading.Lock()

    @cached_property
    def digest(self) -> str:
        """Two albums that agree in it know the same."""
        told = [f"{one.image.sha256} {one.things}" for one in self.known]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]

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
                return whole(one, image, is_same=True)
        ways = (
            self._cut_out,
            self._marked,
            self._on_a_ground,
            self._enlarged,
            self._shrunk,
            self._resized,
            self._same_size,
        )
        for way in ways:
            found = way(image)
            if found is not None:
                return found
        return None

    def _marked(self, image: Image) -> Sighting | None:
        """A picture of the same size, of which some pixels were changed."""
        found = self._same_size(image)
        if found is None:
            return None
        changed = found.change > 0
        is_sure = (
            changed.mean() <= 1 - SURELY_SAME
            or is_one_colour(image.pixels[changed])
            or bool((image.pixels <= found.known.image.pixels).all())  # darkened
            or _alike(found.known.thumb, thumbnail(image)) >= SURELY_LIKE
        )
        return found if is_sure else None

    def _same_size(self, image: Image) -> Sighting | None:
        """The picture of the same size of which most pixels are as they were."""
        sized = [one for one in self.known if one.image.size == image.size]
        if not sized:
            return None
        colours = packed(image.pixels).colours
        shares = [float((one.packed.colours == colours).mean()) for one in sized]
        if max(shares) < LEAST_SAME:
            thumb = thumbnail(image)
            nearest = min(sized, key=lambda one: _distance(one.thumb, thumb))
            return whole(nearest, image, is_same=False)
        return whole(sized[shares.index(max(shares))], image, is_same=False)

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
        found = whole(best, image, is_same=False)
        if far[best.number] <= SURELY_ALIKE:
            return found
        edges = resized.settled_window(best.image, image, found.window)
        return replace(found, window=_settled(edges, best.image.size))

    def _resized(self, image: Image) -> Sighting | None:
        """A window of a picture, at any size."""
        for one in self.known:
            edges = resized.window_of(one.image, image)
            if edges is not None:
                window = _settled(edges, one.image.size)
                return Sighting(known=one, window=window, shown=image, is_same=False)
        return None


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


def _aspect(known: KnownPicture) -> float:
    return known.image.size.width / known.image.size.height


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    """How far two thumbnails correlate."""
    left, right = (values - values.mean(axis=(0, 1)) for values in (one, other))
    scale = float(np.sqrt((left**2).sum() * (right**2).sum()))
    return float((left * right).sum()) / scale if scale > 0 else 0.0
