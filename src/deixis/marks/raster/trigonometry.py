"""Cosine, sine and length are made of + - * / and roots alone, so that they are alike
everywhere.
"""

import math
from functools import lru_cache

from deixis.core.shapes import XY, Ellipse

QUARTER = 1.5707963267948966
TERMS = 11
CORNERS = 128  # of a turned ellipse


@lru_cache(maxsize=4096)
def on_circle(turns: float) -> XY:
    """So many turns have this cosine and sine."""
    quarters = round(turns * 4)
    angle = (turns * 4 - quarters) * QUARTER  # within an eighth of a turn
    cosine, sine = _series(angle, 0), _series(angle, 1)
    for _ in range(quarters % 4):
        cosine, sine = -sine, cosine
    return cosine, sine


def length(x: float, y: float) -> float:
    """A vector is so long; `math.hypot` may differ in its last digit."""
    return math.sqrt(x * x + y * y)


def _series(angle: float, first: int) -> float:
    term = angle if first else 1.0
    total = term
    for power in range(first + 1, first + 2 * TERMS, 2):
        term = -term * angle * angle / (power * (power + 1))
        total += term
    return total


def ellipse_ring(ellipse: Ellipse) -> tuple[XY, ...]:
    """A turned ellipse becomes a closed outline."""
    cosine, sine = on_circle(ellipse.angle / 360)
    ring: list[XY] = []
    for corner in range(CORNERS):
        across, down = on_circle(corner / CORNERS)
        u, v = ellipse.rx * across, ellipse.ry * down
        ring.append((ellipse.cx + u * cosine - v * sine, ellipse.cy + u * sine + v * cosine))
    return tuple(ring)
