"""A view's pixels as a tensor with a gradient, and what a processor does to them last."""

from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from deixis.core.view import Colour, Resized, View, Windowed
from deixis.models.pillow_resize import resize


def look(
    view: View, pixels: Float[Tensor, "3 height width"], *, rounding: bool = True
) -> Float[Tensor, "3 view_height view_width"]:
    """The view's pixels, 0..255; with `rounding`, equal to Pillow's for 8-bit pictures."""
    for step in view.steps:
        match step:
            case Resized():
                pixels = resize(pixels, step.size, step.resample, rounding=rounding)
            case Windowed():
                pixels = _window(pixels, step)
    return pixels


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
