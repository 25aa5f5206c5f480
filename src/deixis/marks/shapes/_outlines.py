"""Outlines of regions that several shapes need."""

from deixis.core.shapes import XY, Ellipse
from deixis.marks.raster.trigonometry import on_circle

CORNERS = 128


def ellipse_ring(ellipse: Ellipse) -> tuple[XY, ...]:
    """A turned ellipse as a closed outline."""
    cosine, sine = on_circle(ellipse.angle / 360)
    ring: list[XY] = []
    for corner in range(CORNERS):
        across, down = on_circle(corner / CORNERS)
        u, v = ellipse.rx * across, ellipse.ry * down
        ring.append((ellipse.cx + u * cosine - v * sine, ellipse.cy + u * sine + v * cosine))
    return tuple(ring)
