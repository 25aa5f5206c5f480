"""What lies below the things: textures made by code, and photographs where a package has them."""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image as PIL

from deixis.core.errors import UsageError
from deixis_lab.world.textures import BASE, STUFF, Pixels, resized, texture

PACKAGE = "skimage"
# of the pictures that scikit-image has within itself, those without a thing that has a name here
PHOTOGRAPHS = {
    "photographed bricks": "brick.png",
    "photographed grass": "grass.png",
    "photographed gravel": "gravel.png",
    "photographed galaxies": "hubble_deep_field.jpg",
    "photographed cells": "ihc.png",
}


def ground_names(*, photographs: bool) -> tuple[str, ...]:
    """The textures' names, and with `photographs` those as well."""
    return (*STUFF, *PHOTOGRAPHS) if photographs else STUFF


@cache
def ground(name: str, side: int) -> Pixels:
    """A ground for pictures of this side, twice as wide and high: any window of the picture's size
    fits in it.
    """
    if name in PHOTOGRAPHS:
        return resized(_mirrored(_photograph(PHOTOGRAPHS[name])), 2 * side)
    return texture(name, side)


def check_photographs() -> None:
    """UsageError says how to get them where they are not at hand."""
    for file in PHOTOGRAPHS.values():
        if not _path(file).exists():
            raise UsageError(f"scikit-image has no {file} here; 0.26 has: pip install scikit-image")


def _path(file: str) -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise UsageError("photographs as grounds need scikit-image: pip install scikit-image")
    return Path(found.origin).parent / "data" / file


def _photograph(file: str) -> Pixels:
    """A square of its middle, as its file has it."""
    wide = np.asarray(PIL.open(_path(file)).convert("RGB"))
    side = min(*wide.shape[:2], BASE)
    top, left = (wide.shape[0] - side) // 2, (wide.shape[1] - side) // 2
    return wide[top : top + side, left : left + side]


def _mirrored(pixels: Pixels) -> Pixels:
    """It and its mirror images, so that it goes on without a seam."""
    row = np.concatenate([pixels, pixels[:, ::-1]], axis=1)
    return np.concatenate([row, row[::-1]], axis=0)
