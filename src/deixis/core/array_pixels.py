"""Arrays become pixels: which axis holds what, and which numbers stand for black and white."""

import numpy as np
from jaxtyping import UInt8
from PIL import Image as PIL

from deixis.core.decode import rgb_pixels
from deixis.core.errors import ImageError

CHANNELS = (1, 3, 4)  # grey, RGB, RGB with alpha
ROUNDING = 1e-3  # of shares that were worked out in half precision


def channels_last(array: np.ndarray, *, is_tensor: bool) -> np.ndarray:
    """An array is seen as height x width (x channels); torch's tensors have channels first."""
    if is_tensor and array.ndim == 3 and array.shape[0] in CHANNELS:
        array = array.transpose(1, 2, 0)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in CHANNELS):
        expected = (
            "a tensor is of 3 x height x width, height x width, or height x width x 3"
            if is_tensor
            else "an array is of height x width, or height x width x 1, 3 or 4"
        )
        raise ImageError(f"{expected}, got {array.shape}{_shape_advice(array)}")
    if 0 in array.shape:
        raise ImageError(f"an array needs at least one pixel, got {array.shape}")
    return array


def rgb_of(array: np.ndarray) -> UInt8[np.ndarray, "height width 3"]:
    """Numbers become 8-bit RGB on white: uint8 as they are, True is white, floats are 0 to 1."""
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    elif array.dtype.kind == "f":
        array = _from_shares(array)
    elif array.dtype != np.uint8:
        raise ImageError(
            f"an array's numbers are uint8, bool, or floats from 0 to 1, got {array.dtype}; "
            f"{_number_advice(array)}"
        )
    if array.ndim == 3 and array.shape[2] == 3:
        return np.array(array, order="C")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return rgb_pixels(PIL.fromarray(np.ascontiguousarray(array)))


def _from_shares(array: np.ndarray) -> UInt8[np.ndarray, "..."]:
    """Floats are shares of white. Others could be anything, and nobody should guess."""
    least, most = float(array.min()), float(array.max())
    if least >= -ROUNDING and most <= 1 + ROUNDING:  # neither of NaN
        shares = np.clip(array.astype(np.float32), 0.0, 1.0)
        return np.rint(shares * np.float32(255)).astype(np.uint8)
    if np.isnan(least):
        raise ImageError("an array of floats is from 0 to 1, got one that holds NaN")
    if least >= 0 and most <= 255:
        advice = "write array.round().astype(np.uint8) if it spans 0 to 255"
    else:
        advice = "undo the normalisation, or scale it to 0..1"
    raise ImageError(f"an array of floats is from 0 to 1, got {least:g} to {most:g}; {advice}")


def _shape_advice(array: np.ndarray) -> str:
    if array.ndim == 4:
        return "; take one picture of the batch, as array[0]"
    if array.ndim == 3 and array.shape[0] in CHANNELS:
        return "; channels come last: array.transpose(1, 2, 0)"
    return ""


def _number_advice(array: np.ndarray) -> str:
    if array.dtype == np.uint16:
        return "write (array >> 8).astype(np.uint8) if it spans all 16 bits"
    if array.dtype.kind in "iu":
        return "write array.astype(np.uint8) if it spans 0 to 255"
    return "scale it to 0..255 and write array.astype(np.uint8)"
