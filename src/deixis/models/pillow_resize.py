"""Pillow's resize as a tensor operation with a gradient, equal to it to the bit.

Pillow resizes 8-bit pictures in two passes, one per axis, with weights rounded to 22 bits and a
rounding to 0..255 after each. `resize` does the same arithmetic (in float64, where those sums are
exact), and lets the gradient pass straight through the roundings. Which axis goes first follows the
Pillow that is installed (found by trial, held by the parity test): from 13 on rows where the height
shrinks by more than twice what the width does, else and before 13 columns.
"""

import itertools
import math
from functools import lru_cache

import numpy as np
import PIL
import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn import functional

from deixis.core.size import Size
from deixis.core.view import Resample

REACH: dict[str, float] = {
    "box": 0.5,
    "bilinear": 1.0,
    "hamming": 1.0,
    "bicubic": 2.0,
    "lanczos": 3.0,
}
_HAMMING = float(np.float32(0.54)), float(np.float32(0.46))  # floats in Pillow, 0.54f and 0.46f
CHOOSES_ITS_FIRST_AXIS = int(PIL.__version__.partition(".")[0]) >= 13
ONE = float(1 << 22)  # Pillow's fixed point for 8-bit pictures


def resize(
    pixels: Float[Tensor, "channel height width"],
    size: Size,
    resample: Resample,
    *,
    rounding: bool = True,
) -> Float[Tensor, "channel new_height new_width"]:
    """Pixels 0..255 at another size. `rounding` gives Pillow's 8-bit result for 8-bit pixels;
    without it the resize is linear and nothing is clipped.
    """
    height, width = pixels.shape[1:]
    if (width, height) == (size.width, size.height):
        return pixels
    if resample == "nearest":
        return pixels[:, _nearest(height, size.height)][:, :, _nearest(width, size.width)]
    if resample == "torch_bilinear":
        return _torch_bilinear(pixels, size, rounding=rounding)
    rows_first = (
        CHOOSES_ITS_FIRST_AXIS
        and height > size.height
        and 2 * (width - size.width) < height - size.height
    )
    for rows in (rows_first, not rows_first):
        before, after = (height, size.height) if rows else (width, size.width)
        if before == after:
            continue
        lines = pixels.transpose(1, 2) if rows else pixels
        lines = _pass(lines, _weights(before, after, resample), rounding=rounding)
        pixels = lines.transpose(1, 2) if rows else lines
    return pixels


def _torch_bilinear(
    pixels: Float[Tensor, "channel height width"], size: Size, *, rounding: bool
) -> Float[Tensor, "channel new_height new_width"]:
    smooth = functional.interpolate(pixels[None], (size.height, size.width), mode="bilinear")[0]
    if not rounding:
        return smooth
    return smooth + (smooth.round().clamp(0, 255) - smooth).detach()


def _pass(
    pixels: Float[Tensor, "channel line before"],
    weights: Float64[Tensor, "after before"],
    *,
    rounding: bool,
) -> Float[Tensor, "channel line after"]:
    smooth = pixels @ weights.to(pixels).T if pixels.requires_grad or not rounding else None
    if not rounding:
        assert smooth is not None
        return smooth
    with torch.no_grad():
        fixed = torch.sign(weights) * torch.floor(weights.abs() * ONE + 0.5)
        sums = pixels.detach().round().double() @ fixed.to(pixels.device).T
        exact = torch.floor((sums + ONE / 2) / ONE).clamp(0, 255).to(pixels.dtype)
    return exact if smooth is None else smooth + (exact - smooth).detach()


def _nearest(before: int, after: int) -> Tensor:
    """Pillow adds up the step from pixel to pixel, so its rounding is a running sum's."""
    step = before / after
    places = itertools.accumulate([step] * (after - 1), initial=step * 0.5)
    return torch.tensor([min(int(place), before - 1) for place in places])


@lru_cache(maxsize=8)  # a matrix of a large picture has tens of megabytes
def _weights(before: int, after: int, resample: str) -> Float64[Tensor, "after before"]:
    """Pillow's filter weights, one row per new pixel."""
    scale = before / after
    stretch = max(scale, 1.0)
    reach = REACH[resample] * stretch
    matrix = np.zeros((after, before))
    for i in range(after):
        centre = (i + 0.5) * scale
        first = max(int(centre - reach + 0.5), 0)
        last = min(int(centre + reach + 0.5), before)
        offsets = (np.arange(first, last) - centre + 0.5) / stretch
        row = _filter(offsets, resample)
        matrix[i, first:last] = row / (row.sum() or 1.0)
    return torch.from_numpy(matrix)


def _filter(x: Float64[np.ndarray, " tap"], resample: str) -> Float64[np.ndarray, " tap"]:
    away = np.abs(x)
    match resample:
        case "box":
            return ((x > -0.5) & (x <= 0.5)).astype(float)
        case "bilinear":
            return np.clip(1 - away, 0, None)
        case "hamming":
            return np.where(
                away < 1, np.sinc(x) * (_HAMMING[0] + _HAMMING[1] * np.cos(math.pi * x)), 0.0
            )
        case "bicubic":
            near = (1.5 * away - 2.5) * away * away + 1
            far = ((-0.5 * away + 2.5) * away - 4) * away + 2
            return np.where(away < 1, near, np.where(away < 2, far, 0.0))
        case "lanczos":
            return np.where((x >= -3) & (x < 3), np.sinc(x) * np.sinc(x / 3), 0.0)
    raise AssertionError(resample)
