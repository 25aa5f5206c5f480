"""A picture to draw on in a notebook: Jupyter, marimo and wherever else anywidget runs."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, final

import anywidget
import traitlets

from deixis.core import given, region_json
from deixis.core.image import Image
from deixis.core.picture_files import encoded
from deixis.core.region import Region
from deixis.core.region_from import region_of, regions_of
from deixis.core.size import Size
from deixis.studio.one_module import one_module

PAGE = Path(__file__).parent / "page"
TOOLS = (
    *("select", "box", "point", "ellipse", "polygon", "lasso"),
    *("scribble", "brush", "eraser", "arrow"),
)
HEIGHT = 480  # pixels of the page
LONGEST = 4096  # pixels of a side that are sent; places stay those of the original
EXACT = 2**21  # pixels of a picture that is sent as they are, as a PNG; a larger one is a JPEG


def _written(regions: Mapping[str, Region], _: object) -> dict[str, Any]:  # Any: what JSON holds
    return {name: region_json.to_record(region) for name, region in regions.items()}


def _read(records: object, _: object) -> Mapping[str, Region]:
    return _named(records)


@final
class Annotation(anywidget.AnyWidget):
    """A picture with regions that are drawn, moved and named on it, in a notebook.

    `regions` holds them by their names, in pixels of the picture, both ways: what is drawn stands
    there, what is assigned is shown (`widget.regions = {**widget.regions, "cup": box}`).
    `encodings` says by the same names how some reach a model, and `selected` which are selected.
    `widget.observe(function, "regions")` hears of each change.
    """

    _esm = one_module(PAGE / "widget.js")
    _css = (PAGE / "canvas.css").read_text("utf-8")
    picture = traitlets.Bytes().tag(sync=True)
    size = traitlets.Tuple(traitlets.Int(), traitlets.Int()).tag(sync=True)
    regions = traitlets.Any().tag(sync=True, to_json=_written, from_json=_read)
    encodings = traitlets.Dict(traitlets.Unicode()).tag(sync=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tools = traitlets.List(traitlets.Unicode(), list(TOOLS)).tag(sync=True)
    height = traitlets.Int(HEIGHT).tag(sync=True)

    @traitlets.default("regions")
    def _no_regions(self) -> Mapping[str, Region]:
        return MappingProxyType({})

    @traitlets.validate("regions")
    def _regions(self, proposed: Any) -> Mapping[str, Region]:  # Any: of traitlets
        return _named(proposed["value"])

    @traitlets.validate("tools")
    def _tools(self, proposed: Any) -> list[str]:  # Any: of traitlets
        return [given.choice("a tool", tool, TOOLS) for tool in proposed["value"]]


def annotate(
    image: Image, regions: object = (), *, tools: Iterable[str] | None = None, height: int = HEIGHT
) -> Annotation:
    """A widget with the picture and these regions; see `Image.annotate`."""
    return Annotation(
        picture=_sent(image),
        size=(image.size.width, image.size.height),
        regions=_named(regions, image.size),
        tools=list(TOOLS if tools is None else given.some("tools", tools, "a list of tools")),
        height=given.whole("height", height, least=160, most=4000),
    )


def _named(regions: object, size: Size | None = None) -> Mapping[str, Region]:
    """Regions by their names. Those that have none get their label's, or their kind's."""
    if isinstance(regions, Mapping):
        return MappingProxyType(
            {
                given.text("a region's name", name): region_of(
                    _without_encoding(one), size=size, name=f"regions[{name!r}]"
                )
                for name, one in regions.items()
            }
        )
    named: dict[str, Region] = {}
    for region in regions_of(regions):
        stem, number = region.label or region.kind, 1
        name = stem if region.label else f"{stem}1"
        while name in named:
            number += 1
            name = f"{stem}{number}"
        named[name] = region
    return MappingProxyType(named)


def _without_encoding(record: object) -> object:
    if isinstance(record, dict) and "encoding" in record:
        return {name: value for name, value in record.items() if name != "encoding"}
    return record


def _sent(image: Image) -> bytes:
    """The picture as a browser shows it, no larger than it could look at."""
    picture = image.pil()
    picture.thumbnail((LONGEST, LONGEST))
    return encoded(picture, "PNG" if picture.width * picture.height <= EXACT else "JPEG")
