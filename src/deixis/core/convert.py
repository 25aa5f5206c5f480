"""One shape as another: its box, its outline, its mask, its centre; and its area.

Frame: pixels of the original image. Rules:
- a pixel is in a mask when its centre is in the shape (polygons: COCO's own rasteriser, so that
  masks equal those of the data sets);
- a shape that touches the picture but covers no pixel centre becomes the one pixel under it;
- a shape wholly outside of the picture is a RegionError.
"""

import math
from typing import TypeAlias, assert_never

import numpy as np
from jaxtyping import Float64, Int64

from deixis.core.errors import RegionError
from deixis.core.interior_point import polygon_heart, stroke_heart
from deixis.core.mask import Mask, check_size
from deixis.core.mask_outline import outline_of
from deixis.core.polygon_spans import polygon_spans
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.core.stroke_spans import stroke_spans

Shape: TypeAlias = Point | Box | Ellipse | Polygon | Stroke | Mask
ELLIPSE_CORNERS = 64


def shape_box(shape: Shape) -> Box:
    """The smallest upright box goes around the shape; a point's has no extent."""
    match shape:
        case Point():
            return Box(x0=shape.x, y0=shape.y, x1=shape.x, y1=shape.y)
        case Box():
            return shape
        case Ellipse():
            half_width, half_height = ellipse_half_extent(shape)
            return Box(
                x0=shape.cx - half_width,
                y0=shape.cy - half_height,
                x1=shape.cx + half_width,
                y1=shape.cy + half_height,
            )
        case Polygon():
            return _box_of([corner for ring in shape.rings for corner in ring], margin=0.0)
        case Stroke():
            return _box_of(list(shape.points), margin=shape.width / 2)
        case Mask():
            return shape.box()
    assert_never(shape)


def shape_centre(shape: Shape) -> Point:
    """One points at the centre of the shape's box, or where that is outside of the shape, at a
    place within: of a mask the pixel centre nearest to it, of a stroke the nearest place of its
    path, of a polygon one far from its sides.
    """
    box = shape_box(shape)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    match shape:
        case Mask():
            return shape.nearest(x, y)
        case Polygon():
            return polygon_heart(shape, x, y)
        case Stroke():
            return stroke_heart(shape, x, y)
        case Point() | Box() | Ellipse():
            return Point(x=x, y=y)
    assert_never(shape)


def shape_polygon(shape: Shape) -> Polygon:
    """The outline of a mask follows the edges of its pixels, holes are filled; a stroke's is that
    of its mask; an ellipse's has 64 corners; a point has none.
    """
    match shape:
        case Point():
            raise RegionError("a point has no outline; give it an extent first, as a box")
        case Box():
            x0, y0, x1, y1 = shape.xyxy
            return Polygon(rings=(((x0, y0), (x1, y0), (x1, y1), (x0, y1)),))
        case Ellipse():
            return Polygon(rings=(tuple(_ellipse_corners(shape)),))
        case Polygon():
            return shape
        case Stroke():
            return _stroke_outline(shape)
        case Mask():
            return Polygon(rings=outline_of(shape.pieces()))
    assert_never(shape)


def shape_mask(shape: Shape, size: Size) -> Mask:
    """The shape covers these pixels of a picture of this size."""
    if isinstance(shape, Mask):
        if shape.size != size:
            raise RegionError(f"this mask is of a {shape.size} picture, not of a {size} one")
        return shape
    check_size(size)
    box = shape_box(shape)
    if not touches(box, size):
        raise RegionError(
            f"the region {tuple(round(v, 2) for v in box.xyxy)} is outside of the {size} picture"
        )
    match shape:
        case Point():
            return _one_pixel(shape.x, shape.y, size)
        case Box() | Ellipse():
            return _convex_mask(shape, size)
        case Polygon():
            return _polygon_mask(shape, size)
        case Stroke():
            return _stroke_mask(shape, size)
    assert_never(shape)


def shape_area(shape: Shape) -> float:
    """A shape covers this many square pixels; a polygon's and a stroke's are counted as a mask's
    are, which is what COCO writes as `area`.
    """
    match shape:
        case Point():
            return 0.0
        case Box():
            return shape.area
        case Ellipse():
            return math.pi * shape.rx * shape.ry
        case Mask():
            return float(shape.area)
        case Polygon() | Stroke():
            mask, _, _ = _own_mask(shape)
            return float(mask.area)
    assert_never(shape)


def touches(box: Box, size: Size) -> bool:
    """Whether any of a box lies in the picture, its border included."""
    return box.x1 >= 0 and box.y1 >= 0 and box.x0 <= size.width and box.y0 <= size.height


def ellipse_half_extent(ellipse: Ellipse) -> XY:
    """An ellipse's upright box has this half width and half height."""
    turn = math.radians(ellipse.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    return (
        math.hypot(ellipse.rx * cos, ellipse.ry * sin),
        math.hypot(ellipse.rx * sin, ellipse.ry * cos),
    )


def clip_ring(ring: tuple[XY, ...], box: Box) -> tuple[XY, ...]:
    """A closed ring keeps its part inside a box (Sutherland-Hodgman), which may be empty."""
    bounds = _box_of(list(ring), margin=0.0)
    if box.x0 <= bounds.x0 and bounds.x1 <= box.x1 and box.y0 <= bounds.y0 and bounds.y1 <= box.y1:
        return ring
    points = list(ring)
    sides = ((0, box.x0, 1.0), (0, box.x1, -1.0), (1, box.y0, 1.0), (1, box.y1, -1.0))
    for axis, limit, sign in sides:
        points = _clipped_side(points, axis, limit, sign)
    return tuple(points)


def _clipped_side(points: list[XY], axis: int, limit: float, sign: float) -> list[XY]:
    kept: list[XY] = []
    for i, here in enumerate(points):
        before = points[i - 1]
        inside = sign * (here[axis] - limit) >= 0
        if inside != (sign * (before[axis] - limit) >= 0):
            share = (limit - before[axis]) / (here[axis] - before[axis])
            crossing = [before[k] + share * (here[k] - before[k]) for k in (0, 1)]
            crossing[axis] = limit
            kept.append((crossing[0], crossing[1]))
        if inside:
            kept.append(here)
    return kept


def _box_of(points: list[XY], *, margin: float) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(x0=min(xs) - margin, y0=min(ys) - margin, x1=max(xs) + margin, y1=max(ys) + margin)


def _ellipse_corners(ellipse: Ellipse) -> list[XY]:
    turn = math.radians(ellipse.angle)
    corners: list[XY] = []
    for k in range(ELLIPSE_CORNERS):
        at = 2 * math.pi * k / ELLIPSE_CORNERS
        u, v = ellipse.rx * math.cos(at), ellipse.ry * math.sin(at)
        corners.append(
            (
                ellipse.cx + u * math.cos(turn) - v * math.sin(turn),
                ellipse.cy + u * math.sin(turn) + v * math.cos(turn),
            )
        )
    return corners


def _stroke_outline(stroke: Stroke) -> Polygon:
    mask, left, top = _own_mask(stroke)
    rings = outline_of(mask.pieces())
    return Polygon(rings=tuple(tuple((x + left, y + top) for x, y in ring) for ring in rings))


def _own_mask(shape: Polygon | Stroke) -> tuple[Mask, int, int]:
    """The mask of a shape in its own box, whose left top pixel is (left, top)."""
    box = shape_box(shape)
    left, top = math.floor(box.x0), math.floor(box.y0)
    window = Size(width=max(1, math.ceil(box.x1) - left), height=max(1, math.ceil(box.y1) - top))
    return shape_mask(_moved(shape, -left, -top), window), left, top


def _moved(shape: Polygon | Stroke, across: float, down: float) -> Polygon | Stroke:
    """The same shape stands elsewhere, by so many pixels."""
    if isinstance(shape, Stroke):
        points = tuple((x + across, y + down) for x, y in shape.points)
        return Stroke(points=points, width=shape.width)
    return Polygon(
        rings=tuple(tuple((x + across, y + down) for x, y in ring) for ring in shape.rings)
    )


def _one_pixel(x: float, y: float, size: Size) -> Mask:
    column = min(max(math.floor(x), 0), size.width - 1)
    row = min(max(math.floor(y), 0), size.height - 1)
    return Mask.from_columns(
        size=size, first_column=column, tops=np.array([row]), bottoms=np.array([row + 1])
    )


def _first_centre_from(edge: float, limit: int) -> int:
    """The first pixel whose centre is at or after `edge` has this index, within 0..limit."""
    return min(max(math.ceil(edge - 0.5), 0), limit)


def _convex_mask(shape: Box | Ellipse, size: Size) -> Mask:
    """A convex shape is one span of rows in each column: no array of the picture's size is
    needed.
    """
    box = shape_box(shape)
    first = _first_centre_from(box.x0, size.width)
    last = _first_centre_from(box.x1, size.width)
    columns = np.arange(first, last, dtype=np.int64)
    if isinstance(shape, Box):
        upper = np.full(columns.size, shape.y0)
        lower = np.full(columns.size, shape.y1)
    else:
        upper, lower = _ellipse_rows(shape, columns + 0.5)
    tops: Int64[np.ndarray, " column"] = np.clip(np.ceil(upper - 0.5), 0, size.height).astype(int)
    bottoms = np.clip(np.ceil(lower - 0.5), 0, size.height).astype(int)
    if not (bottoms > tops).any():
        return _one_pixel((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, size)
    bottoms = np.maximum(tops, bottoms)
    return Mask.from_columns(size=size, first_column=first, tops=tops, bottoms=bottoms)


def _ellipse_rows(
    ellipse: Ellipse, xs: Float64[np.ndarray, " column"]
) -> tuple[Float64[np.ndarray, " column"], Float64[np.ndarray, " column"]]:
    """Vertical lines enter and leave the ellipse here."""
    half_width, _ = ellipse_half_extent(ellipse)
    turn = math.radians(ellipse.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    if half_width == 0:
        return np.full(xs.size, ellipse.cy), np.full(xs.size, ellipse.cy)
    offset = (xs - ellipse.cx) / half_width
    slope = (ellipse.rx**2 - ellipse.ry**2) * sin * cos / half_width
    reach = ellipse.rx * ellipse.ry / half_width
    middle = ellipse.cy + slope * offset
    half = reach * np.sqrt(np.clip(1 - offset**2, 0, None))
    return middle - half, middle + half


def _polygon_mask(polygon: Polygon, size: Size) -> Mask:
    frame = Box(x0=0, y0=0, x1=size.width, y1=size.height)
    rings = [clip_ring(ring, frame) for ring in polygon.rings]
    whole = [ring for ring in rings if len(ring) >= 3]
    if whole:
        spans = polygon_spans(whole, size)
        if spans.starts.size:
            return Mask.from_spans(size=size, spans=spans)
    corners = [corner for ring in rings for corner in ring]
    if not corners:
        raise RegionError(f"the polygon is outside of the {size} picture")
    box = _box_of(corners, margin=0.0)
    return _one_pixel((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, size)


def _stroke_mask(stroke: Stroke, size: Size) -> Mask:
    spans = stroke_spans(stroke, size)
    if spans.starts.size:
        return Mask.from_spans(size=size, spans=spans)
    x, y = next(((x, y) for x, y in stroke.points if _holds(x, y, size)), stroke.points[0])
    return _one_pixel(x, y, size)


def _holds(x: float, y: float, size: Size) -> bool:
    return 0 <= x <= size.width and 0 <= y <= size.height
