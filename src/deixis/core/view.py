"""How a model looks at a picture: the resizes and windows between the original and its tower.

A family states its views once; from them follow the map of places (`transform`), the token grid,
and the pixels: by Pillow (`seen`), or as a tensor with a gradient (`models.tensor_view.look`).
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, final

import numpy as np
from jaxtyping import UInt8
from PIL import Image as PIL

from deixis.core import transform
from deixis.core.errors import UnsupportedError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.core.transform import Transform

Colour: TypeAlias = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
# "torch_bilinear" is none of Pillow's: bilinear without antialiasing, as Molmo 2 resizes
Resample: TypeAlias = Literal[
    "nearest", "box", "bilinear", "hamming", "bicubic", "lanczos", "torch_bilinear"
]
# Pillow's numbers for the filters, as processors store them
PILLOW_FILTERS: dict[int, Resample] = {
    0: "nearest",
    1: "lanczos",
    2: "bilinear",
    3: "bicubic",
    4: "box",
    5: "hamming",
}
_NUMBERS = {name: number for number, name in PILLOW_FILTERS.items()}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Resized:
    """The whole picture at another size."""

    size: Size
    resample: Resample


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Windowed:
    """A window of the picture; where it sticks out there is `fill` (0..255): a crop or a pad."""

    left: int
    top: int
    size: Size
    fill: Colour = BLACK


Step: TypeAlias = Resized | Windowed


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One picture that the tower sees: steps from the original."""

    original: Size
    steps: tuple[Step, ...]

    @property
    def size(self) -> Size:
        """Of what the tower sees."""
        return self.steps[-1].size if self.steps else self.original

    @property
    def transform(self) -> Transform:
        """From the original image to this view."""
        chained = transform.identity(self.original)
        for step in self.steps:
            chained = chained.then(_step_transform(chained.after, step))
        return chained

    def then(self, *steps: Step) -> "View":
        """The same view with further steps."""
        return View(original=self.original, steps=(*self.steps, *steps))


def centre_window(before: Size, after: Size, fill: Colour = BLACK) -> Windowed:
    """The middle window, padded where the picture is smaller."""
    left = (before.width - after.width) // 2
    top = (before.height - after.height) // 2
    return Windowed(left=left, top=top, size=after, fill=fill)


def seen(view: View, image: Image) -> Image:
    """The image as the view shows it, resized by Pillow; a `fill` is rounded to whole numbers."""
    pixels = image.pixels
    for step in view.steps:
        match step:
            case Resized():
                pixels = _resized(pixels, step)
            case Windowed():
                pixels = _window(pixels, step)
    return Image(pixels=pixels, source=image.source)


def _step_transform(before: Size, step: Step) -> Transform:
    match step:
        case Resized():
            return transform.resize(before, step.size)
        case Windowed():
            return transform.crop(before, left=step.left, top=step.top, after=step.size)


def _resized(
    pixels: UInt8[np.ndarray, "height width 3"], step: Resized
) -> UInt8[np.ndarray, "new_height new_width 3"]:
    if step.resample not in _NUMBERS:
        raise UnsupportedError(f"Pillow has no resize {step.resample!r}: tensors alone have it")
    filter_ = PIL.Resampling(_NUMBERS[step.resample])
    return np.asarray(PIL.fromarray(pixels).resize((step.size.width, step.size.height), filter_))


def _window(
    pixels: UInt8[np.ndarray, "height width 3"], step: Windowed
) -> UInt8[np.ndarray, "window_height window_width 3"]:
    height, width = pixels.shape[:2]
    right, bottom = step.left + step.size.width, step.top + step.size.height
    window = np.empty((step.size.height, step.size.width, 3), dtype=np.uint8)
    window[:] = np.rint(step.fill)
    top, left = max(step.top, 0), max(step.left, 0)
    inside = pixels[top : max(min(bottom, height), top), left : max(min(right, width), left)]
    down, across = top - step.top, left - step.left
    window[down : down + inside.shape[0], across : across + inside.shape[1]] = inside
    return window
