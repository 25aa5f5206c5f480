"""Regions are written on the command line as NAME=[ENCODING[:SETTINGS]:]SHAPE:NUMBERS."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

from deixis.core.errors import RegionError, UnknownNameError, UsageError
from deixis.core.files import read_text

if TYPE_CHECKING:
    from deixis.core.region import Region
    from deixis.core.size import Size
    from deixis.encodings import Encoding
    from deixis.encodings.drawn import Drawn

FORMS = """\
A region is written NAME=SHAPE:NUMBERS, in pixels of the upright original:
  cup=box:412,300,520,411          left, top, right, bottom
  cup=xywh:412,300,108,111         left, top, width, height, as COCO has them
  dog=point:88,240                 x, y
  sun=ellipse:50,40,20,10,30       centre x, y, half axes, degrees clockwise (may be left out)
  roof=polygon:10,9;40,2;70,30     corners
  line=stroke:10,9;40,2;70,30      a pen's path
  cat=@cat.json                    a region's JSON (point, box, mask …) in a file
  cup=box%:64,71,81,98             any of the shapes in percent of the picture's width and height
"""
ENCODED = """\
Before it may stand how it reaches the model, with settings: a mark to draw, or another encoding:
  cup=arrow:box:412,300,520,411
  cup=arrow:color=red,width=4:box:412,300,520,411
  cup=cropped:0.5:box:412,300,520,411
Marks: arrow, contour, ellipse, mask, point, rectangle, scribble, triangle. Encodings: said, drawn,
tagged, cropped, dimmed, masked, blurred. `deixis eval --encoding arrow:color=red` takes the same.
"""
NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
COUNTS = {"box": (4,), "xywh": (4,), "point": (2,), "ellipse": (4, 5)}
SHAPES = (*COUNTS, "polygon", "stroke", "json")
NUMBER = re.compile(r"\s*[-+.]?\d")
PERCENT = "%"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class GivenRegion:
    """One argument, taken apart; `encoding` is empty where none stands there."""

    name: str
    encoding: str
    shape: str
    numbers: str

    def region(self, size: "Size", *, label: str | None = None) -> "Region":
        """The region in a picture of that size."""
        from deixis.core.size import Size
        from deixis.core.transform import resize

        read = _region(self.shape.removesuffix(PERCENT), self.numbers)
        if self.shape.endswith(PERCENT):
            read = resize(Size(width=100, height=100), size).region(read)
        return read if label is None or read.label is not None else replace(read, label=label)

    def encoded(self, size: "Size") -> "Encoding":
        """The region as it reaches the model: said, where no other encoding stands there."""
        from deixis.encodings.spec import PLAIN, EncodingSpec

        way = EncodingSpec.of(self.encoding or PLAIN)
        return way.encode({self.name: self.region(size)})[self.name]

    def drawn(self, region: "Region") -> "Drawn":
        """The region under its own mark; UsageError where another encoding stands there."""
        from deixis.encodings.drawn import Drawn
        from deixis.encodings.spec import EncodingSpec

        encoded = EncodingSpec.of(self.encoding).encode({self.name: region})[self.name]
        if not isinstance(encoded, Drawn):
            raise UsageError(
                f"{self.encoding!r} is no mark: `deixis draw` takes {self.name}=arrow:box:…, or "
                "any other mark"
            )
        return encoded

    def plain(self, command: str) -> None:
        """UsageError where an encoding stands there, which this command has no use for."""
        if self.encoding:
            raise UsageError(
                f"`deixis {command}` takes regions alone: leave out {self.encoding!r} in "
                f"{self.name}={self.encoding}:{self.shape}:…"
            )


def given_regions(arguments: Sequence[str]) -> list[GivenRegion]:
    """The arguments are taken apart; no name stands twice."""
    given = [_given(argument) for argument in arguments]
    names = [one.name for one in given]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"the region {twice!r} is given twice")
    return given


def _given(argument: str) -> GivenRegion:
    match = NAMED.fullmatch(argument)
    if match is None:
        raise UsageError(f"a region is NAME=SHAPE:NUMBERS, as cup=box:1,2,30,40, got {argument!r}")
    name, rest = match[1], match[2]
    parts = rest.split(":")
    at = _shape_at(parts)
    if at is None:
        raise _shapeless(name, parts)
    shape, numbers = parts[at], ":".join(parts[at + 1 :])
    if shape.startswith("@"):
        shape, numbers = "json", ":".join(parts[at:])[1:]
    return GivenRegion(name=name, encoding=":".join(parts[:at]), shape=shape, numbers=numbers)


def _shape_at(parts: Sequence[str]) -> int | None:
    """The region's shape is the first of the parts that numbers follow, since marks are called
    ellipse and point too.
    """
    named = [i for i, part in enumerate(parts) if part.startswith("@") or _is_shape(parts, i)]
    for i in named:
        if parts[i].startswith("@") or parts[i] == "json" or NUMBER.match(parts[i + 1]):
            return i
    return named[-1] if named else None


def _is_shape(parts: Sequence[str], i: int) -> bool:
    return parts[i].removesuffix(PERCENT) in SHAPES and i + 1 < len(parts)


def _shapeless(name: str, parts: Sequence[str]) -> UsageError:
    """What stands there holds no region."""
    from deixis.encodings import encodings
    from deixis.marks.shapes import shapes

    first = parts[0]
    if first in shapes or first in encodings:
        return UsageError(
            f"after {first!r} comes a region, as {name}={first}:box:1,2,30,40\n\n{FORMS}"
        )
    unknown = UnknownNameError(kind="shape of a region", name=first, known=SHAPES)
    return UsageError(f"{unknown}\n\n{FORMS}")


def _region(shape: str, rest: str) -> "Region":
    from deixis.core import region as regions

    match shape:
        case "box":
            return regions.box(*_numbers(shape, rest))
        case "xywh":
            return regions.box_xywh(*_numbers(shape, rest))
        case "point":
            return regions.point(*_numbers(shape, rest))
        case "ellipse":
            cx, cy, rx, ry, *turn = _numbers(shape, rest)
            return regions.ellipse(cx, cy, rx, ry, angle=turn[0] if turn else 0.0)
        case "polygon":
            return regions.polygon(_pairs(rest))
        case "stroke":
            return regions.stroke(_pairs(rest))
    return _from_json(rest)


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
