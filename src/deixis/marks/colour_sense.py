"""How far two colours look apart, to people who see all colours and to those who do not.

Distances are Euclidean in OKLab (Ottosson 2020). Deuteranopes and protanopes see what Machado,
Oliveira and Fernandes (2009) make of linear RGB. Made of + - * / alone, so that every machine has
the same last digit; roots by Newton's rule.
"""

from functools import cache

import numpy as np
from jaxtyping import Float64

from deixis.marks.colours import Rgb

Numbers = Float64[np.ndarray, "..."]
Channels = tuple[Numbers, Numbers, Numbers]
Matrix = tuple[tuple[float, float, float], ...]

ROUNDS = 60  # of Newton's rule: from 1 down to the root of the smallest level, and then exact
TRICHROMAT: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
DEUTERANOPE: Matrix = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
PROTANOPE: Matrix = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
EYES = (TRICHROMAT, DEUTERANOPE, PROTANOPE)
LMS: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
OKLAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
LIGHT = (0.2126, 0.7152, 0.0722)  # of linear red, green and blue


def seen_by(eye: Matrix, levels: Channels) -> Channels:
    """Levels of 0..255 in red, green and blue become OKLab, as that eye sees them."""
    linear = tuple(_linear(channel) for channel in levels)
    shown = tuple(np.minimum(np.maximum(row, 0.0), 1.0) for row in _times(eye, linear))
    return _times(OKLAB, tuple(_root(row, 3) for row in _times(LMS, shown)))


def apart(one: Channels, two: Channels) -> Numbers:
    """Two colours of OKLab lie so far from one another; black and white 1."""
    squared = sum((a - b) * (a - b) for a, b in zip(one, two, strict=True))
    return np.sqrt(squared)


@cache
def luminance(rgb: Rgb) -> float:
    """A colour is so light, 0..1, as WCAG 2 counts it."""
    linear = _linear(np.array(rgb, dtype=np.float64)).tolist()
    return sum(share * level for share, level in zip(LIGHT, linear, strict=True))


@cache
def distance(one: Rgb, two: Rgb) -> float:
    """Two colours look so far apart to whoever sees them all."""
    first, second = (seen_by(TRICHROMAT, channels_of(np.array([rgb]))) for rgb in (one, two))
    return float(apart(first, second)[0])


def channels_of(colours: np.ndarray) -> Channels:
    """Rows of red, green and blue become three arrays of floats."""
    red, green, blue = colours.astype(np.float64).T
    return red, green, blue


def _times(matrix: Matrix, channels: tuple[Numbers, ...]) -> Channels:
    """Without a library's product of matrices, which may add in another order."""
    first, second, third = channels
    red, green, blue = (a * first + b * second + c * third for a, b, c in matrix)
    return red, green, blue


def _linear(levels: Numbers) -> Numbers:
    shares = levels / 255
    bright = (shares + 0.055) / 1.055
    squared = bright * bright
    return np.where(shares <= 0.04045, shares / 12.92, squared * _root(squared, 5))


def _root(numbers: Numbers, degree: int) -> Numbers:
    """The root of numbers of 0..1."""
    found = np.ones_like(numbers)
    for _ in range(ROUNDS):
        power = found
        for _ in range(degree - 2):
            power = power * found
        found = ((degree - 1) * found + numbers / power) / degree
    return found
