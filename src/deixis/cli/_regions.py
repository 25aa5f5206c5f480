"""Regions are written on the command line as NAME=SHAPE:NUMBERS."""

import re
from typing import TYPE_CHECKING

from deixis.core.errors import RegionError, UsageError
from deixis.core.files import read_text

if TYPE_CHECKING:
    from deixis.core.region import Region
    from deixis.core.size import Size

FORMS = """\
A region is written NAME=SHAPE:NUMBERS, in pixels of the upright original:
  cup=box:412,300,520,411          left, top, right, bottom
  dog=point:88,240                 x, y
  sun=ellipse:50,40,20,10,30       centre x, y, half axes, degrees clockwise (may be left out)
  roof=polygon:10,9;40,2;70,30     corners
  line=stroke:10,9;40,2;70,30      a pen's path
  cat=json:cat.json                a region's JSON (point, box, mask …), the file or the text
"""
NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
COUNTS = {"box": (4,), "point": (2,), "ellipse": (4, 5)}


def named_spec(argument: str) -> tuple[str, str]:
    """NAME=REST is split into its two parts."""
    match = NAMED.fullmatch(argument)
    if match is None:
        raise UsageError(f"a region is NAME=SHAPE:NUMBERS, as cup=box:1,2,30,40, got {argument!r}")
    return match[1], match[2]


def region_of(spec: str, *, label: str | None = None) -> "Region":
    """SHAPE:NUMBERS is read as a region."""
    from deixis.core import region as regions

    shape, _, rest = spec.partition(":")
    match shape:
        case "box":
            return regions.box(*_numbers(shape, rest), label=label)
        case "point":
            return regions.point(*_numbers(shape, rest), label=label)
        case "ellipse":
            cx, cy, rx, ry, *turn = _numbers(shape, rest)
            return regions.ellipse(cx, cy, rx, ry, angle=turn[0] if turn else 0.0, label=label)
        case "polygon":
            return regions.polygon(_pairs(rest), label=label)
        case "stroke":
            return regions.stroke(_pairs(rest), label=label)
        case "json":
            return _from_json(rest)
    raise UsageError(
        f"{shape!r} is not a shape: box, point, ellipse, polygon, stroke, json\n\n{FORMS}"
    )


def size_of(text: str) -> "Size":
    """WIDTHxHEIGHT is read as a size."""
    from deixis.core.size import Size

    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", text)
    if match is None:
        raise UsageError(f"a size is WIDTHxHEIGHT, as 640x480, got {text!r}")
    return Size(width=int(match[1]), height=int(match[2]))


def _numbers(shape: str, text: str) -> list[float]:
    values = [_number(part) for part in text.split(",")]
    if len(values) not in COUNTS[shape]:
        expected = " or ".join(str(count) for count in COUNTS[shape])
        raise RegionError(f"a {shape} is {expected} numbers, got {len(values)}: {text!r}")
    return values


def _pairs(text: str) -> list[tuple[float, float]]:
    pairs = []
    for part in text.split(";"):
        x, comma, y = part.partition(",")
        if not comma:
            raise RegionError(f"points are written x,y;x,y;…, got {text!r}")
        pairs.append((_number(x), _number(y)))
    return pairs


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise RegionError(f"expected a number, got {text!r}") from None


def _from_json(text: str) -> "Region":
    from deixis.core import region_json

    if text.lstrip().startswith("{"):
        return region_json.loads(text)
    try:
        return region_json.loads(read_text(text))
    except (OSError, UnicodeDecodeError) as broken:
        raise UsageError(f"cannot read {text}: {broken}") from None
