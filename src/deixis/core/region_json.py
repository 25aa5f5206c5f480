"""Regions are written as JSON and read back without loss. The schema is docs/region.schema.json."""

import json
from collections.abc import Callable
from typing import Any

from deixis.core.convert import Shape
from deixis.core.errors import RegionError
from deixis.core.json_lines import parse
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.core.typed_json import is_whole_text
from deixis.core.untrusted_text import shown

VERSION = "region/1"
Record = dict[str, Any]  # Any: what JSON holds
WORDS = ("label", "text", "score", "source")


def to_record(region: Region) -> Record:
    """A region becomes JSON-ready values; what is None is left out."""
    record: Record = {"deixis": VERSION, "kind": region.kind, **_shape_record(region.shape)}
    words = {name: getattr(region, name) for name in WORDS}
    return record | {name: value for name, value in words.items() if value is not None}


def from_record(record: object) -> Region:
    """A record gives its region; RegionError says what is wrong with it."""
    if not isinstance(record, dict):
        raise RegionError(f"a region's JSON is an object, got {type(record).__name__}")
    version = record.get("deixis", VERSION)
    if version != VERSION:
        raise RegionError(f"this Deixis reads {VERSION}, the record is {version!r}")
    kind = record.get("kind")
    if not isinstance(kind, str) or kind not in SHAPE_READERS:
        raise RegionError(f"a region's kind is one of {sorted(SHAPE_READERS)}, got {kind!r}")
    extra = set(record) - {"deixis", "kind", *WORDS, *SHAPE_FIELDS[kind]}
    if extra:
        raise RegionError(f"a {kind} has no field {sorted(extra)[0]!r}")
    try:
        shape = SHAPE_READERS[kind](record)
        score = record.get("score")
        return Region(
            shape=shape,
            label=_word(record, "label"),
            text=_word(record, "text"),
            score=None if score is None else _number(score),
            source=_word(record, "source"),
        )
    except KeyError as missing:
        raise RegionError(f"a {kind} needs the field {missing.args[0]!r}") from None


def dumps(region: Region) -> str:
    """A region becomes one line of JSON."""
    return json.dumps(to_record(region), ensure_ascii=False, allow_nan=False)


def loads(line: str) -> Region:
    """A line of JSON gives its region."""
    try:
        record = parse(line)
    except (ValueError, RecursionError) as broken:
        raise RegionError(f"not JSON: {broken}") from None
    return from_record(record)


def _shape_record(shape: Shape) -> Record:
    match shape:
        case Point():
            return {"point": [shape.x, shape.y]}
        case Box():
            return {"box": list(shape.xyxy)}
        case Ellipse():
            return {"ellipse": [shape.cx, shape.cy, shape.rx, shape.ry, shape.angle]}
        case Polygon():
            return {"rings": [[list(corner) for corner in ring] for ring in shape.rings]}
        case Stroke():
            return {"points": [list(place) for place in shape.points], "width": shape.width}
        case Mask():
            return {"size": [shape.size.width, shape.size.height], "counts": shape.counts}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RegionError(f"expected a number, got {shown(value)}")
    try:
        return float(value)
    except OverflowError:
        raise RegionError("a number beyond any picture") from None


def _numbers(value: object, count: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != count:
        raise RegionError(f"expected {count} numbers, got {shown(value)}")
    return tuple(_number(item) for item in value)


def _pairs(value: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list):
        raise RegionError(f"expected a list of points, got {shown(value)}")
    pairs = (_numbers(item, 2) for item in value)
    return tuple((x, y) for x, y in pairs)


def _word(record: Record, name: str) -> str | None:
    value = record.get(name)
    if value is not None and not is_whole_text(value):
        raise RegionError(f"a region's {name} is text, got {shown(value)}")
    return value


def _point(record: Record) -> Point:
    x, y = _numbers(record["point"], 2)
    return Point(x=x, y=y)


def _box(record: Record) -> Box:
    x0, y0, x1, y1 = _numbers(record["box"], 4)
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)


def _ellipse(record: Record) -> Ellipse:
    cx, cy, rx, ry, angle = _numbers(record["ellipse"], 5)
    return Ellipse(cx=cx, cy=cy, rx=rx, ry=ry, angle=angle)


def _polygon(record: Record) -> Polygon:
    rings = record["rings"]
    if not isinstance(rings, list):
        raise RegionError(f"expected a list of rings, got {shown(rings)}")
    return Polygon(rings=tuple(_pairs(ring) for ring in rings))


def _stroke(record: Record) -> Stroke:
    return Stroke(points=_pairs(record["points"]), width=_number(record["width"]))


def _mask(record: Record) -> Mask:
    sides = [side for side in _numbers(record["size"], 2) if side.is_integer() and side >= 1]
    counts = record["counts"]
    if len(sides) != 2 or not isinstance(counts, str):
        raise RegionError("a mask needs whole numbers ≥ 1 in size and a string in counts")
    width, height = (int(side) for side in sides)
    return Mask(size=Size(width=width, height=height), counts=counts)


SHAPE_READERS: dict[str, Callable[[Record], Shape]] = {
    "point": _point,
    "box": _box,
    "ellipse": _ellipse,
    "polygon": _polygon,
    "stroke": _stroke,
    "mask": _mask,
}
SHAPE_FIELDS: dict[str, tuple[str, ...]] = {
    "point": ("point",),
    "box": ("box",),
    "ellipse": ("ellipse",),
    "polygon": ("rings",),
    "stroke": ("points", "width"),
    "mask": ("size", "counts"),
}
