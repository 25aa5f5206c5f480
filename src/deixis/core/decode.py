"""Picture files and PIL pictures become pixels here: upright, RGB, 8 bits, on white."""

import importlib
import importlib.util
import io

import numpy as np
from jaxtyping import UInt8
from PIL import Image as PIL
from PIL import UnidentifiedImageError, features

from deixis.core.errors import ImageError
from deixis.core.undecoded import PictureFile

AVIF, HEIC, PLUGIN = "AVIF", "HEIC", "pillow_heif"


def lift_pillows_limit(num_pixels: int) -> None:
    """Pillow has a limit of its own, for the whole process; what checks by ours raises it to so
    many pixels.
    """
    if PIL.MAX_IMAGE_PIXELS is not None:
        PIL.MAX_IMAGE_PIXELS = max(PIL.MAX_IMAGE_PIXELS, num_pixels)


def decode(file: PictureFile) -> UInt8[np.ndarray, "height width 3"]:
    """A file gives its upright pixels; the caller has checked what its header says."""
    _check_decoder(file.kind)
    largest = PIL.MAX_IMAGE_PIXELS
    if largest is not None and file.size.area > largest:
        raise ImageError(
            f"it has {file.size.area} pixels and Pillow itself stops at {largest}; "
            "raise PIL.Image.MAX_IMAGE_PIXELS to go beyond"
        )
    is_turned = file.kind == HEIC  # its plug-in turns it
    size = file.upright_size if is_turned else file.size
    try:
        with _opened(file) as image:
            if image.size != (size.width, size.height):
                raise ImageError(f"the {file.kind} tells two sizes: {size} and {image.size}")
            pixels = _on_white(image)
    except UnidentifiedImageError as error:
        raise ImageError(f"the {file.kind}'s header is damaged") from error
    except ImageError:
        raise
    except Exception as error:  # on hostile bytes Pillow raises whatever its code runs into
        raise ImageError(f"the {file.kind} cannot be decoded: {_reason(error)}") from error
    if file.clear_color is not None:
        clear = (pixels == np.array(file.clear_color, dtype=np.uint8)).all(axis=-1, keepdims=True)
        pixels = np.where(clear, np.uint8(255), pixels)
    return upright(pixels, 1 if is_turned else file.orientation)


def _check_decoder(kind: str) -> None:
    if kind == HEIC and importlib.util.find_spec(PLUGIN) is None:
        raise ImageError("a HEIC file is opened where pillow-heif is: pip install pillow-heif")
    if kind == AVIF and not features.check("avif"):
        raise ImageError("an AVIF file needs a Pillow that was built with AVIF; this one was not")


def _opened(file: PictureFile) -> PIL.Image:
    """A file is opened as what it is by its first bytes, and as nothing else."""
    if file.kind != HEIC:
        return PIL.open(io.BytesIO(file.data), formats=(file.kind.upper(),))
    plugin = importlib.import_module(PLUGIN)
    opened: PIL.Image = plugin.open_heif(io.BytesIO(file.data)).to_pillow()
    return opened


def rgb_pixels(image: PIL.Image) -> UInt8[np.ndarray, "height width 3"]:
    """A PIL picture of any mode that has a known range gives its pixels as stored, not turned."""
    try:
        return _on_white(image)
    except ImageError:
        raise
    except Exception as error:  # as in `decode`: a picture may be lazy, its file hostile
        raise ImageError(
            f"PIL cannot give its pixels as RGB (mode {image.mode}): {_reason(error)}"
        ) from error


def upright(
    pixels: UInt8[np.ndarray, "height width 3"], orientation: int
) -> UInt8[np.ndarray, "upright_height upright_width 3"]:
    """The picture is turned as EXIF's orientation (1 to 8) says; the result is read-only."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    flip_rows = orientation in (3, 4, 7, 8)
    flip_columns = orientation in (2, 3, 6, 7)
    turned = pixels[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]
    turned = np.ascontiguousarray(turned)
    turned.flags.writeable = False
    return turned


def _on_white(image: PIL.Image) -> UInt8[np.ndarray, "height width 3"]:
    if image.mode in ("I", "F"):
        raise ImageError(
            f"a PIL image of mode {image.mode} has no known range: scale it to 0..255 and "
            "convert it to mode 'L' first"
        )
    image.load()
    if image.mode.startswith("I;16"):
        return _from_16_bits(image)
    if not image.has_transparency_data:
        return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    layered = image.convert("RGBA")
    ground = PIL.new("RGB", layered.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return np.asarray(ground)


def _from_16_bits(image: PIL.Image) -> UInt8[np.ndarray, "height width 3"]:
    """Grey of 16 bits keeps its high byte, as Pillow does it for colour."""
    grey = (np.asarray(image) >> 8).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _reason(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    return f"{error}"[:200] or type(error).__name__
