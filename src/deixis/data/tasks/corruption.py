"""Pictures are made worse in twelve ways and five strengths, after ImageNet-C (arXiv 1903.12261).

The kinds and the idea of five strengths are that paper's, the code and the strengths are our own:
they fit pictures of any size, blurs being shares of the short side. Figures on them are not to be
compared with those on the published sets.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Float
from PIL import Image as PIL
from PIL import ImageFilter

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.data.reading.fields import is_count

Pixels: TypeAlias = Float[np.ndarray, "row column 3"]  # 0..1
Change: TypeAlias = Callable[[Pixels, float, np.random.Generator], Pixels]
USE = 11  # what draws are for
STRENGTHS = {
    "gaussian_noise": (0.04, 0.08, 0.12, 0.18, 0.26),  # standard deviation
    "shot_noise": (250.0, 100.0, 50.0, 30.0, 15.0),  # photons of white
    "impulse_noise": (0.01, 0.03, 0.06, 0.1, 0.17),  # share of pixels
    "blur": (0.004, 0.008, 0.012, 0.018, 0.026),  # radius, of the short side
    "motion_blur": (0.02, 0.04, 0.06, 0.09, 0.13),  # length, of the short side
    "pixelate": (0.75, 0.6, 0.45, 0.33, 0.25),  # share of the side that is kept
    "jpeg": (40.0, 25.0, 15.0, 10.0, 6.0),  # quality
    "brightness": (0.1, 0.2, 0.3, 0.4, 0.5),  # added
    "darkness": (0.1, 0.2, 0.3, 0.4, 0.5),  # taken away
    "contrast": (0.65, 0.5, 0.35, 0.22, 0.12),  # share that is kept, around the mean
    "fog": (0.2, 0.35, 0.5, 0.62, 0.74),  # share of white
    "saturate": (0.6, 0.4, 0.2, 0.1, 0.0),  # share of the colour that is kept
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Corruption:
    """A corruption has a kind and a strength, 1 to 5."""

    kind: str
    severity: int = 3

    def __post_init__(self) -> None:
        if self.kind not in STRENGTHS:
            raise UnknownNameError(kind="corruption", name=self.kind, known=STRENGTHS)
        if not 1 <= self.severity <= 5:
            raise UsageError(f"a corruption's severity is 1..5, got {self.severity}")

    @classmethod
    def of(cls, spec: str) -> "Corruption":
        """A corruption is written "KIND" or "KIND:SEVERITY"."""
        kind, colon, severity = spec.partition(":")
        if not colon:
            return cls(kind=kind)
        if not is_count(severity):
            raise UsageError(f"a corruption is written KIND:SEVERITY, got {spec!r}")
        return cls(kind=kind, severity=int(severity))


def corrupted(image: Image, corruption: Corruption, index: int) -> Image:
    """The picture is made worse; noise depends on the kind, the strength and the index alone."""
    kinds = list(STRENGTHS)
    draws = np.random.default_rng([USE, kinds.index(corruption.kind), corruption.severity, index])
    strength = STRENGTHS[corruption.kind][corruption.severity - 1]
    changed = CHANGES[corruption.kind](image.pixels / 255.0, strength, draws)
    pixels = np.rint(255 * np.clip(changed, 0, 1)).astype(np.uint8)
    return Image(pixels=pixels, source=f"{image.source} ({corruption.kind} {corruption.severity})")


def _gaussian(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    return pixels + draws.normal(scale=strength, size=pixels.shape)


def _shot(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    return draws.poisson(pixels * strength) / strength


def _impulse(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    drawn = draws.random(pixels.shape[:2])[..., None]
    return np.where(drawn < strength / 2, 0.0, np.where(drawn < strength, 1.0, pixels))


def _blur(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    radius = strength * min(pixels.shape[:2])
    return _array(_pil(pixels).filter(ImageFilter.GaussianBlur(radius)))


def _motion(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    length = max(2, round(strength * min(pixels.shape[:2])))
    padded = np.pad(pixels, ((0, 0), (length // 2, length - length // 2 - 1), (0, 0)), mode="edge")
    width = pixels.shape[1]
    shifted = [padded[:, shift : shift + width] for shift in range(length)]
    return np.mean(shifted, axis=0)


def _pixelate(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    picture = _pil(pixels)
    small = picture.resize(
        (max(1, round(picture.width * strength)), max(1, round(picture.height * strength))),
        PIL.Resampling.BOX,
    )
    return _array(small.resize(picture.size, PIL.Resampling.NEAREST))


def _jpeg(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    buffer = io.BytesIO()
    _pil(pixels).save(buffer, format="JPEG", quality=int(strength))
    with PIL.open(buffer, formats=["JPEG"]) as picture:
        return _array(picture.convert("RGB"))


def _contrast(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    middle = pixels.mean(axis=(0, 1), keepdims=True)
    return middle + strength * (pixels - middle)


def _saturate(pixels: Pixels, strength: float, draws: np.random.Generator) -> Pixels:
    grey = (pixels @ np.array([0.299, 0.587, 0.114]))[..., None]
    return grey + strength * (pixels - grey)


def _pil(pixels: Pixels) -> PIL.Image:
    return PIL.fromarray(np.rint(255 * pixels).astype(np.uint8))


def _array(picture: PIL.Image) -> Pixels:
    return np.asarray(picture) / 255.0


CHANGES: dict[str, Change] = {
    "gaussian_noise": _gaussian,
    "shot_noise": _shot,
    "impulse_noise": _impulse,
    "blur": _blur,
    "motion_blur": _motion,
    "pixelate": _pixelate,
    "jpeg": _jpeg,
    "brightness": lambda pixels, strength, draws: pixels + strength,
    "darkness": lambda pixels, strength, draws: pixels - strength,
    "contrast": _contrast,
    "fog": lambda pixels, strength, draws: (1 - strength) * pixels + strength,
    "saturate": _saturate,
}
