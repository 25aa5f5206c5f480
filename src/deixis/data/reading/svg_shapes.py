"""The svg that selectors of annotations hold is one shape, which is read and written here.

Only straight paths, and no transforms but an ellipse's turn around its middle.
"""

import math
import re
import xml.etree.ElementTree as tree

from deixis.core import region as regions
from deixis.core.region import Region
from deixis.core.shapes import XY, Ellipse, Polygon, Stroke
from deixis.data.reading.fields import BadRowError, shown
from deixis.data.reading.safe_xml import parse_xml
from deixis.data.reading.xml_fields import number_at, number_of, text_at

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
ROTATE = re.compile(rf"\s*rotate\(\s*({NUMBER})(?:[\s,]+({NUMBER})[\s,]+({NUMBER}))?\s*\)\s*")
STEP = re.compile(rf"([MmLlHhVvZz])|({NUMBER})|([^\s,])")
SHAPES = ("polygon", "rect", "circle", "ellipse", "polyline", "line", "path")
MOST = 2**22  # letters
PEN = 3.0  # pixels, where no width is told


def svg_region(text: str) -> Region:
    """The one shape of an svg is a region."""
    if len(text) > MOST:
        raise BadRowError(f"an svg is at most {MOST} letters")
    root = parse_xml(text.encode("utf-8", errors="surrogatepass"))
    found = [one for one in root.iter() if _tag(one) in SHAPES]
    if len(found) != 1:
        raise BadRowError(f"an svg holds one of {', '.join(SHAPES)}; this one has {len(found)}")
    if any("transform" in one.attrib for one in root.iter() if one is not found[0]):
        raise BadRowError("an svg whose groups are transformed is not read")
    return _region(found[0])


def svg_text(shape: Ellipse | Polygon | Stroke) -> str:
    """A shape becomes an svg."""
    match shape:
        case Ellipse():
            turn = f"rotate({shape.angle!r} {shape.cx!r} {shape.cy!r})"
            about = {name: repr(getattr(shape, name)) for name in ("cx", "cy", "rx", "ry")}
            one = tree.Element("ellipse", about | ({"transform": turn} if shape.angle else {}))
        case Polygon() if len(shape.rings) == 1:
            one = tree.Element("polygon", {"points": _points(shape.rings[0])})
        case Polygon():
            path = " ".join(f"M {_points(ring).replace(' ', ' L ')} Z" for ring in shape.rings)
            one = tree.Element("path", {"d": path})
        case Stroke():
            about = {"points": _points(shape.points), "stroke-width": repr(shape.width)}
            one = tree.Element("polyline", about | {"fill": "none"})
    return f'<svg xmlns="http://www.w3.org/2000/svg">{tree.tostring(one, encoding="unicode")}</svg>'


def _tag(element: tree.Element) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2]


def _region(one: tree.Element) -> Region:
    tag = _tag(one)
    if "transform" in one.attrib and tag != "ellipse":
        raise BadRowError(f"a {tag} that is transformed is not read")
    match tag:
        case "polygon":
            return regions.polygon(_pairs(text_at(one, "points")))
        case "polyline":
            return regions.stroke(_pairs(text_at(one, "points")), width=_pen(one))
        case "line":
            ends = [(_at(one, "x1"), _at(one, "y1")), (_at(one, "x2"), _at(one, "y2"))]
            return regions.stroke(ends, width=_pen(one))
        case "rect":
            width, height = number_at(one, "width"), number_at(one, "height")
            return regions.box_xywh(_at(one, "x"), _at(one, "y"), width, height)
        case "circle":
            radius = number_at(one, "r")
            return regions.ellipse(_at(one, "cx"), _at(one, "cy"), radius, radius)
        case "ellipse":
            return _ellipse(one)
    return _path(text_at(one, "d"))


def _ellipse(one: tree.Element) -> Region:
    cx, cy = _at(one, "cx"), _at(one, "cy")
    match = ROTATE.fullmatch(one.get("transform", "rotate(0)"))
    if match is None:
        raise BadRowError(f"an ellipse is only turned, got {shown(one.get('transform'))}")
    turn, around = float(match[1]), (float(match[2] or 0), float(match[3] or 0))
    if turn and math.dist(around, (cx, cy)) > 1e-6:
        raise BadRowError("an ellipse is turned around its middle")
    return regions.ellipse(cx, cy, number_at(one, "rx"), number_at(one, "ry"), angle=turn)


def _path(text: str) -> Region:
    """A path's closed parts are rings; one that stays open is a stroke."""
    rings: list[list[XY]] = []
    num_closed = 0
    command, here, numbers = "", (0.0, 0.0), list[float]()
    for letter, word, other in STEP.findall(text):
        if other or (word and not command):
            raise BadRowError(f"a path goes straight (M, L, H, V, Z), got {shown(other or word)}")
        if letter in ("Z", "z") and letter:
            num_closed += 1
            here = rings[-1][0] if rings else here
        command = letter or command
        numbers = [] if letter else [*numbers, float(word)]
        if len(numbers) < (1 if command in "HhVv" else 2):
            continue
        here, numbers = _stepped(command, here, numbers), []
        if command in "Mm":
            rings.append([here])
            command = "L" if command == "M" else "l"
        elif command in "Zz" or not rings:
            raise BadRowError("a path begins each of its parts with M")
        else:
            rings[-1].append(here)
    if not num_closed and len(rings) == 1:
        return regions.stroke(rings[0])
    if num_closed != len(rings) or not rings:
        raise BadRowError(f"a path has {len(rings)} parts, of which {num_closed} are closed")
    return regions.polygon(*rings)


def _stepped(command: str, here: XY, numbers: list[float]) -> XY:
    x, y = here
    match command:
        case "H" | "h":
            return (numbers[0] + (x if command == "h" else 0.0), y)
        case "V" | "v":
            return (x, numbers[0] + (y if command == "v" else 0.0))
    across, down = numbers
    return (x + across, y + down) if command.islower() else (across, down)


def _pairs(text: str) -> list[XY]:
    words = [number_of(word, "'points'") for word in re.split(r"[\s,]+", text.strip()) if word]
    if len(words) % 2 or not words:
        raise BadRowError(f"'points' are x,y x,y …, got {shown(text)}")
    return list(zip(words[::2], words[1::2], strict=True))


def _points(ring: tuple[XY, ...]) -> str:
    return " ".join(f"{x!r},{y!r}" for x, y in ring)


def _at(one: tree.Element, name: str) -> float:
    return number_of(one.get(name, "0"), f"{name!r}")


def _pen(one: tree.Element) -> float:
    return number_of(one.get("stroke-width", str(PEN)).removesuffix("px"), "'stroke-width'")
