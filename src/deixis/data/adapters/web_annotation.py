"""W3C's Web Annotations are JSON: one annotation, a list of them, or a page or collection with
`items` (Annotorious, Mirador, IIIF viewers).

Frame: pixels, or percent of the picture in `xywh=percent:`, for which the picture has to be found.
An `SvgSelector` holds one of svg's polygon, rect, circle, ellipse, polyline, line or path of lines
that are straight; a `PointSelector` is IIIF's. A body that is for tagging is the label, other words
are the text. Pictures are named by `source`, their sizes are not told; an annotation of a whole
picture has no region.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, final

from typing_extensions import override

from deixis.core import region as regions
from deixis.core.files import make_folder, write_text
from deixis.core.images import picture_size
from deixis.core.region import Region
from deixis.core.shapes import Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.glance import glance
from deixis.data.adapters.label_studio import picture_name
from deixis.data.adapters.losses import LossTally, merged
from deixis.data.adapters.regions import own_folders
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.fields import BadRowError, Record, field_of, number, record_of, shown
from deixis.data.reading.json_stream import JsonStream, json_stream
from deixis.data.reading.svg_shapes import svg_region, svg_text

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
FRAGMENT = re.compile(r"(?:.*&)?xywh=(pixel:|percent:)?([^&]*)")
Entry: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
class WebAnnotation(Adapter):
    """W3C's Web Annotations of pictures."""

    card: ClassVar[FormatCard] = FormatCard(
        title="W3C Web Annotation",
        origin="https://www.w3.org/TR/annotation-model/",
        form="a .json of annotations",
        frame="pixels, or percent of the picture",
        kinds=("point", "box", "ellipse", "polygon", "stroke"),
        words=("label", "text"),
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        seen = glance(path)
        if seen.first_has("", "target", "type") or seen.has("target", "type"):
            return True
        return seen.first_has("items", "target") or CONTEXT in str(seen.names.get("@context"))

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        bad, folders = BadRows(path, on_bad), own_folders(path, images)
        found: list[Annotated] = []
        for place, one in enumerate(_annotations(path), start=1):
            with bad.left_out(f"annotation {place}"):
                entry = record_of(one, "an annotation")
                source, selector = _target(entry)
                name = picture_name(source)
                where = folders.find(name)
                size = None if where is None else picture_size(where)
                here = tuple(_regions(entry, selector, size))
                found.append(Annotated(image=name, path=where, size=size, regions=here))
        yield from merged(found)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        items: list[Entry] = []
        for held in losses.held(rows, cls.card):
            if not held.regions:
                items.append(_entry(len(items) + 1, {"source": held.row.image}, []))
            for region in held.regions:
                target = {"source": held.row.image, "selector": _selector(region)}
                items.append(_entry(len(items) + 1, target, _body(region)))
        page = {"@context": CONTEXT, "type": "AnnotationPage", "items": items}
        make_folder(path.parent)
        write_text(path, json.dumps(page, ensure_ascii=False))
        return losses.told()


def _entry(key: int, target: Entry, body: list[Entry]) -> Entry:
    return {"type": "Annotation", "id": f"#{key}", "body": body, "target": target}


def _body(region: Region) -> list[Entry]:
    said = (("tagging", region.label), ("commenting", region.text))
    return [
        {"type": "TextualBody", "purpose": purpose, "value": words}
        for purpose, words in said
        if words is not None
    ]


def _regions(entry: Record, selector: Record | None, size: Size | None) -> Iterator[Region]:
    """An annotation is of one region, or of the whole picture."""
    if selector is not None:
        label, text = _words(entry)
        yield Region(shape=_selected(selector, size).shape, label=label, text=text)


def _annotations(path: Path) -> Iterator[Any]:  # Any: what JSON holds
    with json_stream(path) as stream:
        if stream.opens_with("["):
            yield from (item.value for item in stream.items())
            return
        yield from _of_object(stream)


def _of_object(stream: JsonStream) -> Iterator[Any]:  # Any: what JSON holds
    """A page's or collection's items, or the one annotation that the object is."""
    single: Entry = {}
    for name in stream.members():
        if name == "items" and stream.opens_with("["):
            yield from (item.value for item in stream.items())
            continue
        value = stream.value().value
        if name == "first" and isinstance(value, dict) and isinstance(value.get("items"), list):
            yield from value["items"]
        single[name] = value
    if "target" in single:
        yield single


def _target(entry: Record) -> tuple[str, Record | None]:
    """A target is a picture's address and what selects a part of it, if anything does."""
    target = field_of(entry, "target")
    target = target[0] if isinstance(target, list) and len(target) == 1 else target
    about = {"source": target} if isinstance(target, str) else record_of(target, "'target'")
    source = about.get("source", about.get("id"))
    address = source.get("id") if isinstance(source, dict) else source
    if not isinstance(address, str) or not address:
        raise BadRowError(f"its target names no picture, got {shown(address)}")
    selector = about.get("selector")
    address, mark, fragment = address.partition("#")
    if selector is None:
        return address, {"type": "FragmentSelector", "value": fragment} if mark else None
    several = selector if isinstance(selector, list) else [selector]
    return address, record_of(several[0] if several else None, "'selector'")


def _selected(selector: Record, size: Size | None) -> Region:
    kind = selector.get("type")
    if kind == "SvgSelector":
        return svg_region(str(field_of(selector, "value")))
    if kind == "PointSelector":
        return regions.point(*(number(field_of(selector, name), name) for name in ("x", "y")))
    if kind != "FragmentSelector":
        raise BadRowError(f"a selector of the type {shown(kind)} is not read")
    match = FRAGMENT.match(str(field_of(selector, "value")))
    if match is None:
        raise BadRowError(f"a fragment is xywh=x,y,width,height, got {shown(selector['value'])}")
    try:
        x, y, width, height = (float(word) for word in match[2].split(","))
    except ValueError:
        raise BadRowError(f"xywh is four numbers, got {shown(match[2])}") from None
    if match[1] != "percent:":
        return regions.box_xywh(x, y, width, height)
    if size is None:
        raise BadRowError("percent need the picture: say where it lies (images=, or --images)")
    across, down = size.width / 100, size.height / 100
    return regions.box_xywh(x * across, y * down, width * across, height * down)


def _words(entry: Record) -> tuple[str | None, str | None]:
    body = entry.get("body", entry.get("bodyValue"))
    tags: list[str] = []
    texts: list[str] = []
    for one in body if isinstance(body, list) else [body]:
        value = one.get("value") if isinstance(one, dict) else one
        if not isinstance(value, str) or not value.strip():
            continue
        is_tag = isinstance(one, dict) and one.get("purpose") in ("tagging", "classifying")
        (tags if is_tag else texts).append(value)
    return (tags[0] if tags else None), ("\n".join(texts) or None)


def _selector(region: Region) -> Entry:
    shape = region.shape
    match shape:
        case Box():
            numbers = (shape.x0, shape.y0, shape.width, shape.height)
            spoken = ",".join(f"{value:.12g}" for value in numbers)
            return {
                "type": "FragmentSelector",
                "conformsTo": "http://www.w3.org/TR/media-frags/",
                "value": f"xywh=pixel:{spoken}",
            }
        case Point():
            return {"type": "PointSelector", "x": shape.x, "y": shape.y}
        case Ellipse() | Polygon() | Stroke():
            return {"type": "SvgSelector", "value": svg_text(shape)}
    raise AssertionError("its card names what it holds")
