"""What hypothesis draws regions from."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from deixis.core import region as regions
from deixis.core.size import Size

coordinates = st.floats(-20, 90, allow_nan=False, width=32)
extents = st.floats(0, 120, allow_nan=False, width=32)
places = st.tuples(coordinates, coordinates)
sizes = st.builds(lambda w, h: Size(width=w, height=h), st.integers(1, 90), st.integers(1, 70))
boxes = st.builds(regions.box_xywh, coordinates, coordinates, extents, extents)
points = st.builds(regions.point, coordinates, coordinates)
ellipses = st.builds(
    lambda cx, cy, rx, ry, angle: regions.ellipse(cx, cy, rx, ry, angle=angle),
    coordinates,
    coordinates,
    extents,
    extents,
    st.floats(-360, 360, allow_nan=False),
)
polygons = st.builds(regions.polygon, st.lists(places, min_size=3, max_size=8))
strokes = st.builds(
    lambda path, width: regions.stroke(path, width=width),
    st.lists(places, min_size=1, max_size=6),
    st.floats(0.1, 30, allow_nan=False),
)
mask_arrays = numpy_strategies.arrays(
    np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 31))
).filter(lambda array: array.any())
masks = st.builds(regions.mask, mask_arrays)
vectors = st.one_of(boxes, points, ellipses, polygons, strokes)
words = st.one_of(st.none(), st.text(max_size=12))
any_region = st.builds(
    lambda region, label, text, score: type(region)(
        shape=region.shape, label=label, text=text, score=score
    ),
    st.one_of(vectors, masks),
    words,
    words,
    st.one_of(st.none(), st.floats(0, 1)),
)
