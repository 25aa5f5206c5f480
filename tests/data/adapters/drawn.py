"""Two small pictures with a region of every kind, which adapters write and read."""

from pathlib import Path

import numpy as np
from PIL import Image as PIL

from deixis.core import region as regions
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.adapters import Annotated, adapters

WRITTEN = Path(__file__).with_name("written")
SIZE, OTHER = Size(width=64, height=42), Size(width=30, height=50)
FILES = {  # the name that a file of this format has; the others are folders
    "coco": "instances.json",
    "coco_panoptic": "panoptic.json",
    "cvat": "annotations.xml",
    "label_studio": "tasks.json",
    "regions": "rows.jsonl",
    "region_lines": "lines.jsonl",
    "web_annotation": "notes.json",
}


def blob() -> Region:
    """A mask in two parts, with a hole."""
    inside = np.zeros((SIZE.height, SIZE.width), np.bool_)
    inside[5:15, 8:20] = True
    inside[8:11, 12:15] = False
    inside[30:33, 50:64] = True
    return regions.mask(inside)


SHAPES = {
    "point": regions.point(12.5, 7.25),
    "box": regions.box(3, 4, 20.5, 30),
    "ellipse": regions.ellipse(30, 20, 9, 9),
    "polygon": regions.polygon([(1, 2), (30.5, 4), (22, 38.25)]),
    "stroke": regions.stroke([(2, 3), (10, 12.5), (40, 9)]),
    "mask": blob(),
}


def pictures(folder: Path) -> Path:
    """The pictures lie in a folder."""
    for name, size in (("a/one.png", SIZE), ("two.jpg", OTHER)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        PIL.new("RGB", (size.width, size.height), "white").save(path)
    return folder


def rows(*kinds: str, words: tuple[str, ...] = ("label",)) -> list[Annotated]:
    """Two pictures: one with regions of these kinds, one without any."""
    told = {"label": "a cup", "text": "ÖL & <3", "score": 0.25, "source": "me"}
    said = {name: told[name] for name in words}
    found = tuple(Region(shape=SHAPES[kind].shape, **said) for kind in kinds)
    return [
        Annotated(image="a/one.png", size=SIZE, regions=found),
        Annotated(image="two.jpg", size=OTHER),
    ]


def target(name: str, folder: Path) -> Path:
    """A format is written here."""
    return folder / name / FILES.get(name, "out")


def without_paths(found) -> list[Annotated]:
    """What was read, as it is when no picture is there, in the order of the names."""
    plain = [Annotated(image=r.image, size=r.size, regions=r.regions) for r in found]
    return sorted(plain, key=lambda row: row.image)


def written(name: str, folder: Path, given: list[Annotated]):
    """A format's file, and what was lost."""
    path = target(name, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path, adapters.get(name).write(given, path)
