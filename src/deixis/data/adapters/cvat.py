"""CVAT's XML for images 1.1 is one file: an `image` each, with its shapes.

Frame: continuous pixels, as Deixis' own; a turned box or ellipse is turned by `rotation` degrees,
clockwise, around its middle. A mask's `rle` are run lengths along the rows of its box, outside
first. `polyline` is a stroke (whose pen is read as 3 pixels wide); each of several `points` is a
point of its own; outlines of one label and one `group_id` are parts of one region. Tags have no
place and are not looked at; cuboids, skeletons and tracks of video are told.
"""

import math
import xml.etree.ElementTree as tree
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core import region as regions
from deixis.core.files import make_folder, write_text
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.glance import glance
from deixis.data.adapters.losses import LossTally
from deixis.data.adapters.outline_parts import joined_parts
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.coco import mask_of
from deixis.data.reading.fields import BadRowError, is_count, shown, size_of
from deixis.data.reading.pictures import PictureFolders
from deixis.data.reading.safe_xml import elements
from deixis.data.reading.xml_fields import number_at, places_at, text_at, xml_text

WIDTH = 3.0  # pixels of a stroke's pen, when it is read


@final
class Cvat(Adapter):
    """CVAT's shapes."""

    card: ClassVar[FormatCard] = FormatCard(
        title="CVAT for images",
        origin="https://docs.cvat.ai/docs/manual/advanced/xml_format/",
        form="a .xml (annotations.xml), or its folder",
        frame="pixels",
        kinds=("point", "box", "ellipse", "polygon", "stroke", "mask"),
        words=("label",),
        unlabelled="object",
        is_sized=True,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        return glance(_file(path)).tag == "annotations"

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        file = _file(path)
        bad = BadRows(file, on_bad)
        folders = PictureFolders(given=images, usual=(file.parent / "images", file.parent))
        for place, one in enumerate(elements(file, "image", "track"), start=1):
            with bad.left_out(f"{one.tag} {one.get('name', place)!s:.200}"):
                if one.tag == "track":
                    raise BadRowError("tracks of video are not read")
                name = text_at(one, "name")
                size = size_of({side: number_at(one, side) for side in ("width", "height")})
                found = tuple(_regions(one, size, bad))
                yield Annotated(image=name, path=folders.find(name), size=size, regions=found)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        root = tree.Element("annotations")
        tree.SubElement(root, "version").text = "1.1"
        labels: dict[str, None] = {}
        listed = tree.SubElement(tree.SubElement(tree.SubElement(root, "meta"), "task"), "labels")
        for key, held in enumerate(losses.held(rows, cls.card)):
            sides = {"width": str(held.size.width), "height": str(held.size.height)}
            about = {"id": str(key), "name": held.row.image, **sides}
            image = tree.SubElement(root, "image", about)
            for place, region in enumerate(held.regions, start=1):
                labels[region.label or ""] = None
                _add(image, region, place, losses, f"{held.row.image}, region {place}")
        for label in labels:
            tree.SubElement(tree.SubElement(listed, "label"), "name").text = label
        content = xml_text(root)
        make_folder(path.parent)
        write_text(path, f'<?xml version="1.0" encoding="utf-8"?>\n{content}')
        return losses.told()


def _file(path: Path) -> Path:
    return path / "annotations.xml" if path.is_dir() else path


def _regions(image: tree.Element, size: Size, bad: BadRows) -> Iterator[Region]:
    grouped: list[tuple[str | None, Region]] = []
    for place, one in enumerate(image, start=1):
        if one.tag == "tag":
            continue
        with bad.left_out(f"image {image.get('name')!s:.200}, shape {place}"):
            label = text_at(one, "label")
            grouped += [(one.get("group_id"), found) for found in _shapes(one, label, size)]
    yield from joined_parts(grouped)


def _shapes(one: tree.Element, label: str, size: Size) -> list[Region]:
    """A shape of CVAT is a region; `points` are one each."""
    match one.tag:
        case "box":
            x0, y0, x1, y1 = (number_at(one, name) for name in ("xtl", "ytl", "xbr", "ybr"))
            turn = _turn(one)
            if not turn:
                return [regions.box(x0, y0, x1, y1, label=label)]
            corners = turned([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], turn)
            return [regions.polygon(corners, label=label)]
        case "polygon":
            return [regions.polygon(places_at(one, "points"), label=label)]
        case "polyline":
            return [regions.stroke(places_at(one, "points"), width=WIDTH, label=label)]
        case "points":
            return [regions.point(x, y, label=label) for x, y in places_at(one, "points")]
        case "ellipse":
            cx, cy, rx, ry = (number_at(one, name) for name in ("cx", "cy", "rx", "ry"))
            return [regions.ellipse(cx, cy, rx, ry, angle=_turn(one), label=label)]
        case "mask":
            return [Region(shape=_mask(one, size), label=label)]
    raise BadRowError(f"a shape of the kind {shown(one.tag)} is not read")


def _turn(one: tree.Element) -> float:
    return number_at(one, "rotation") if "rotation" in one.attrib else 0.0


def turned(corners: Sequence[XY], degrees: float, around: XY | None = None) -> list[XY]:
    """Corners are turned clockwise around a place, or around their middle."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    cx, cy = around or ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    return [
        (cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos)
        for x, y in corners
    ]


def _mask(one: tree.Element, size: Size) -> Mask:
    left, top, width, height = (
        int(_in_picture(one, name, size)) for name in ("left", "top", "width", "height")
    )
    words = text_at(one, "rle").split(",")
    if not all(is_count(word.strip()) for word in words):
        raise BadRowError("'rle' is run lengths, as 2, 5, 3")
    runs = [int(word) for word in words]
    if sum(runs) != width * height or left + width > size.width or top + height > size.height:
        raise BadRowError(f"the {width}x{height} mask's runs do not fill it, or it leaves {size}")
    inside = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(height, width)
    whole = np.zeros((size.height, size.width), np.bool_)
    whole[top : top + height, left : left + width] = inside
    return mask_of(whole)


def _in_picture(one: tree.Element, name: str, size: Size) -> float:
    value = number_at(one, name)
    if not 0 <= value <= max(size.width, size.height) or not value.is_integer():
        raise BadRowError(f"{name!r} is a place in the {size} picture, got {value:g}")
    return value


def _add(image: tree.Element, region: Region, group: int, losses: LossTally, where: str) -> None:
    about = {"label": region.label or "", "source": "manual", "occluded": "0"}
    for kind, numbers in _elements(region, losses, where):
        grouped = {"group_id": str(group)} if _num_parts(region) > 1 else {}
        tree.SubElement(image, kind, {**about, **numbers, "z_order": "0", **grouped})


def _num_parts(region: Region) -> int:
    return len(region.shape.rings) if isinstance(region.shape, Polygon) else 1


def _elements(
    region: Region, losses: LossTally, where: str
) -> Iterator[tuple[str, dict[str, str]]]:
    shape = region.shape
    match shape:
        case Point():
            yield "points", {"points": _joined([(shape.x, shape.y)])}
        case Box():
            yield "box", _told(xtl=shape.x0, ytl=shape.y0, xbr=shape.x1, ybr=shape.y1)
        case Ellipse():
            turn = _told(rotation=shape.angle) if shape.angle else {}
            yield "ellipse", _told(cx=shape.cx, cy=shape.cy, rx=shape.rx, ry=shape.ry) | turn
        case Polygon():
            for ring in shape.rings:
                yield "polygon", {"points": _joined(ring)}
        case Stroke():
            if shape.width != WIDTH:
                losses.note(f"a stroke's width was left out, it is read as {WIDTH:g}", where)
            yield "polyline", {"points": _joined(shape.points)}
        case Mask():
            yield "mask", _mask_numbers(shape)


def _mask_numbers(mask: Mask) -> dict[str, str]:
    left, top, right, bottom = (int(side) for side in mask.box().xyxy)
    inside = mask.to_array()[top:bottom, left:right].ravel()
    edges = np.flatnonzero(np.diff(inside, prepend=False))
    runs = np.diff(edges, prepend=0, append=inside.size)
    numbers = {"left": left, "top": top, "width": right - left, "height": bottom - top}
    return {"rle": ", ".join(map(str, runs)), **{name: str(one) for name, one in numbers.items()}}


def _joined(places: Sequence[XY]) -> str:
    return ";".join(f"{_number(x)},{_number(y)}" for x, y in places)


def _told(**numbers: float) -> dict[str, str]:
    return {name: _number(value) for name, value in numbers.items()}


def _number(value: float) -> str:
    return f"{value:.2f}" if round(value, 2) == value else repr(float(value))
