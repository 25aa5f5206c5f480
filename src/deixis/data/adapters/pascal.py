"""Pascal VOC is a folder of .xml, one a picture.

Frame: pixels are counted from 1, and `xmax` is the last one inside: a box from x0 to x1 is written
`xmin` = x0 + 1, `xmax` = x1 (the devkit of VOC2007 to VOC2012, supervision). labelImg, CVAT and
datumaro (but for its "voc-one-based") write edges that count from 0, `xmin` = x0, which no file
tells: those are `voc_from_zero`.
An outline (`polygon`, of supervision and Roboflow) counts as its file's boxes do.
"""

import xml.etree.ElementTree as tree
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import ClassVar, final

from typing_extensions import override

from deixis.core import region as regions
from deixis.core.errors import UsageError
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.folders import new_folder
from deixis.data.adapters.glance import glance, head
from deixis.data.adapters.losses import LossTally, Writable
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.fields import BadRowError, shown, size_of
from deixis.data.reading.pictures import PictureFolders
from deixis.data.reading.safe_xml import read_xml
from deixis.data.reading.xml_fields import attributes_of, number_in, words_in, xml_text


def _card(title: str, frame: str) -> FormatCard:
    return FormatCard(
        title=title,
        origin="http://host.robots.ox.ac.uk/pascal/VOC/",
        form="a folder of .xml (VOC's own, or its Annotations), or one of them",
        frame=frame,
        kinds=("box",),
        words=("label",),
        unlabelled="object",
        is_sized=True,
    )


@final
class Voc(Adapter):
    """Pascal VOC as its devkit defines it."""

    card: ClassVar[FormatCard] = _card("Pascal VOC", "pixels from 1, the last one inside")

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        first = next(iter(_files(path)), None)
        if first is None or glance(first).tag != "annotation":
            return False
        start = head(first)
        return b"<size>" in start or b"<bndbox>" in start

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        return _read(path, images, on_bad, first=1)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        return _write(rows, path, cls.card, first=1)


@final
class VocFromZero(Adapter):
    """Pascal VOC as labelImg writes it. It looks like the other and is never taken for it."""

    card: ClassVar[FormatCard] = _card("Pascal VOC of labelImg", "pixels")

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        return False

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        return _read(path, images, on_bad, first=0)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        return _write(rows, path, cls.card, first=0)


formats = {"voc": Voc, "voc_from_zero": VocFromZero}


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    inner = path / "Annotations"
    return sorted((inner if inner.is_dir() else path).rglob("*.xml"))


def _read(
    path: Path, images: Path | None, on_bad: OnBad | None, *, first: int
) -> Iterator[Annotated]:
    files = _files(path)
    if not files:
        raise UsageError(f"there is no .xml in {str(path)!r}")
    for file in files:
        bad = BadRows(file, on_bad)
        above = file.parent
        usual = (above, above.parent / "JPEGImages", above.parent / "images")
        folders = PictureFolders(given=images, usual=usual)
        with bad.left_out("all"):
            root = read_xml(file)
            if root.tag != "annotation":
                raise BadRowError(f"the root is <annotation>, got {shown(root.tag)}")
            name, found = words_in(root, "filename"), tuple(_regions(root, first, bad))
            where = folders.find(name)
            yield Annotated(image=name, path=where, size=_size(root), regions=found)


def _regions(root: tree.Element, first: int, bad: BadRows) -> Iterator[Region]:
    for place, thing in enumerate(_things(root), start=1):
        with bad.left_out(f"object {place}"):
            yield _region(thing, first)


def _things(root: tree.Element) -> Iterator[tree.Element]:
    """An object comes before its parts (a person's head and hands)."""
    for thing in root.findall("object"):
        yield thing
        yield from thing.findall("part")


def _size(root: tree.Element) -> Size | None:
    found = root.find("size")
    if found is None:
        return None
    sides = attributes_of(found, ("width", "height"))
    if sides == {"width": 0, "height": 0}:  # labelImg's, of a picture that it did not open
        return None
    return size_of(sides)


def _region(thing: tree.Element, first: int) -> Region:
    label = words_in(thing, "name")
    outline = thing.find("polygon")
    if outline is not None and len(outline):
        count = len(outline) // 2
        names = ((f"x{place}", f"y{place}") for place in range(1, count + 1))
        corners = [(number_in(outline, x) - first, number_in(outline, y) - first) for x, y in names]
        return regions.polygon(corners, label=label)
    box = thing.find("bndbox")
    if box is None:
        raise BadRowError("it has no <bndbox>")
    x0, y0, x1, y1 = (number_in(box, name) for name in ("xmin", "ymin", "xmax", "ymax"))
    if first and min(x0, y0) < first:
        raise BadRowError(
            f"the corner {x0:g}, {y0:g} counts from 0, VOC's own from 1: read the files as "
            "voc_from_zero, if labelImg or its like wrote them"
        )
    return regions.box(x0 - first, y0 - first, x1, y1, label=label)


def _write(
    rows: Iterable[Annotated], path: Path, card: FormatCard, *, first: int
) -> tuple[Loss, ...]:
    losses = LossTally()
    with new_folder(path) as folder:
        for held in losses.held(rows, card):
            root = _root(held, path.name)
            for place, region in enumerate(held.regions, start=1):
                _add_object(root, region, first, losses, f"{held.row.image}, region {place}")
            folder.write(held.row.image, "", ".xml", xml_text(root))
    return losses.told()


def _root(held: Writable, folder: str) -> tree.Element:
    root = tree.Element("annotation")
    name = PurePosixPath(held.row.image.replace("\\", "/"))
    _add(root, "folder", str(name.parent) if name.parent.name else folder)
    _add(root, "filename", held.row.image)
    size = tree.SubElement(root, "size")
    sides = {"width": held.size.width, "height": held.size.height, "depth": 3}
    for side, value in sides.items():
        _add(size, side, str(value))
    _add(root, "segmented", "0")
    return root


def _add_object(
    root: tree.Element, region: Region, first: int, losses: LossTally, where: str
) -> None:
    box = region.box()
    if not (box.width and box.height):
        losses.note("a box without extent was left out", where)
        return
    corners = (box.x0 + first, box.y0 + first, box.x1, box.y1)
    thing = tree.SubElement(root, "object")
    _add(thing, "name", region.label or "")
    _add(thing, "pose", "Unspecified")
    _add(thing, "truncated", "0")
    _add(thing, "difficult", "0")
    edges = tree.SubElement(thing, "bndbox")
    for name, side in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True):
        _add(edges, name, str(int(side)) if float(side).is_integer() else repr(float(side)))


def _add(parent: tree.Element, name: str, words: str) -> None:
    tree.SubElement(parent, name).text = words
