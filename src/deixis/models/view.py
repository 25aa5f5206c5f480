"""How a model looks at a picture: the resizes and windows between the original and its tower.

A family states its views once; from them follow the tensors (`look`), the map of places
(`transform`) and the token grid.
"""

from dataclasses import dataclass
from typing import TypeAlias, final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from deixis.core import transform
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.models.pillow_resize import Resample, resize

Colour: TypeAlias = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)


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

    def look(
        self, pixels: Float[Tensor, "3 height width"], *, rounding: bool = True
    ) -> Float[Tensor, "3 view_height view_width"]:
        """The view's pixels, 0..255; with `rounding`, equal to Pillow's for 8-bit pictures."""
        for step in self.steps:
            match step:
                case Resized():
                    pixels = resize(pixels, step.size, step.resample, rounding=rounding)
                case Windowed():
                    pixels = _window(pixels, step)
        return pixels


def centre_window(before: Size, after: Size, fill: Colour = BLACK) -> Windowed:
    """The middle window, padded where the picture is smaller."""
    left = (before.width - after.width) // 2
    top = (before.height - after.height) // 2
    return Windowed(left=left, top=top, size=after, fill=fill)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Normalisation:
    """What a processor does to 0..255 pixels last: scale, then mean and standard deviation."""

    scale: float
    mean: Colour
    std: Colour

    def __call__(self, pixels: Float[Tensor, "3 height width"]) -> Float[Tensor, "3 height width"]:
        """The normalised pixels."""
        mean = torch.tensor(self.mean, dtype=pixels.dtype, device=pixels.device)[:, None, None]
        std = torch.tensor(self.std, dtype=pixels.dtype, device=pixels.device)[:, None, None]
        return (pixels * self.scale - mean) / std

    @property
    def zero(self) -> Colour:
        """The colour that becomes zero: how padding after the normalisation looks."""
        red, green, blue = (mean / self.scale for mean in self.mean)
        return (red, green, blue)


def _step_transform(before: Size, step: Step) -> Transform:
    match step:
        case Resized():
            return transform.resize(before, step.size)
        case Windowed():
            return transform.crop(before, left=step.left, top=step.top, after=step.size)


def _window(
    pixels: Float[Tensor, "3 height width"], step: Windowed
) -> Float[Tensor, "3 window_height window_width"]:
    height, width = pixels.shape[1:]
    right, bottom = step.left + step.size.width, step.top + step.size.height
    beside = (max(-step.left, 0), max(right - width, 0))
    padding = (*beside, max(-step.top, 0), max(bottom - height, 0))
    if any(padding):
        ground = torch.tensor(step.fill, dtype=pixels.dtype, device=pixels.device)[:, None, None]
        if any(step.fill):
            inside = functional.pad(torch.ones_like(pixels[:1]), padding)
            pixels = torch.where(inside > 0, functional.pad(pixels, padding), ground)
        else:
            pixels = functional.pad(pixels, padding)
    left, top = step.left + padding[0], step.top + padding[2]
    return pixels[:, top : top + step.size.height, left : left + step.size.width]
