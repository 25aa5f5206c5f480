"""Files that the other tools wrote are read as they were meant; see make_fixtures.py."""

import hashlib
import json

import numpy as np
import pytest

from deixis.core import region as regions
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.adapters import adapters, format_of, regions_of
from tests.data.adapters.drawn import WRITTEN
from tests.data.adapters.make_fixtures import LEAF, pictures, ring

MANIFEST = json.loads((WRITTEN / "manifest.json").read_text())
ROWS = {row["folder"]: row for row in MANIFEST["they wrote"]}
CUP = regions.box(3, 4, 20, 30, label="cup")
SECOND = regions.box(5, 6, 25, 46, label="cup")
OUTLINE = regions.polygon(LEAF, label="leaf")
AROUND = regions.box(2, 2, 30, 38, label="leaf")
RING = regions.mask(ring(), label="ring")
NAMELESS = Region(shape=RING.shape)  # SAM's masks have no names
OPENED = {  # where a folder opens
    "datumaro_coco": "annotations/instances_train.json",
    "datumaro_panoptic": "annotations/panoptic_train.json",
    "datumaro_cvat": "train.xml",
    "supervision_coco": "instances.json",
    "label_studio": "tasks.json",
}
MEANT = {
    "datumaro_coco": ([CUP, OUTLINE, RING.named(source="coco:crowd")], [SECOND]),
    "datumaro_panoptic": ([RING], []),
    "datumaro_voc": ([CUP], [SECOND]),
    "datumaro_voc_from_zero": ([CUP], [SECOND]),
    "datumaro_yolo": ([CUP], [SECOND]),
    "datumaro_ultralytics": ([CUP], [SECOND]),
    "datumaro_cvat": ([CUP, OUTLINE, RING], [SECOND]),
    "datumaro_sam": ([Region(shape=RING.shape, score=0.0)], None),
    "supervision_coco": ([CUP], [SECOND]),
    "supervision_yolo": ([CUP], [SECOND]),
    "supervision_voc": ([CUP], [SECOND]),
    "labelme": ([CUP, OUTLINE, RING], [SECOND]),
    "label_studio": ([CUP, AROUND, OUTLINE, RING], [SECOND]),  # it writes each outline's box, too
    "pycocotools_sam": ([Region(shape=RING.shape, score=1.0)], None),
}
SHARES = ("datumaro_yolo", "datumaro_ultralytics", "supervision_yolo")  # of five or six digits


def read(folder, tmp_path):
    """Regions by pictures' names."""
    path = WRITTEN / folder / OPENED.get(folder, "")
    images = pictures(tmp_path / "images")
    form = ROWS[folder]["format"]
    assert format_of(path) == form.removesuffix("_from_zero")  # which no file tells
    return form, list(regions_of(path, format=form, images=images))


def test_every_folder_has_its_meaning():
    assert set(MEANT) == set(ROWS)


@pytest.mark.parametrize("folder", MEANT)
def test_a_file_says_what_was_meant(folder, tmp_path):
    _, found = read(folder, tmp_path)
    by_name = {row.image: list(row.regions) for row in found}
    told = dict(zip(("one.png", "two.png"), MEANT[folder], strict=True))
    assert by_name.keys() == {name for name in told if told[name] is not None}
    for name, meant in by_name.items():
        if folder in SHARES:
            assert [one.label for one in meant] == [one.label for one in told[name]]
            boxes = [one.box().xyxy for one in told[name]]
            assert np.allclose([one.box().xyxy for one in meant], boxes, atol=1e-3)
        else:
            assert meant == told[name]


@pytest.mark.parametrize("folder", MEANT)
def test_sizes_are_those_of_the_pictures(folder, tmp_path):
    _, found = read(folder, tmp_path)
    sizes = {"one.png": Size(width=64, height=42), "two.png": Size(width=30, height=50)}
    assert all(row.size == sizes[row.image] for row in found)


@pytest.mark.parametrize("folder", MEANT)
def test_what_was_read_is_written_and_read_the_same(folder, tmp_path):
    form, found = read(folder, tmp_path)
    out = tmp_path / ("out" if (WRITTEN / folder / OPENED.get(folder, "")).is_dir() else "out.json")
    out = out.with_suffix(".xml") if form == "cvat" else out
    losses = adapters.get(form).write(found, out)
    again = list(regions_of(out, format=form, images=tmp_path / "images"))
    assert losses == ()
    assert [(row.image, row.regions) for row in again] == [
        (row.image, row.regions) for row in found
    ]


def test_the_files_are_those_that_the_manifest_lists():
    for folder, row in ROWS.items():
        files = {
            str(path.relative_to(WRITTEN / folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (WRITTEN / folder).rglob("*")
            if path.is_file()
        }
        assert files == row["sha256"]


def test_each_tool_read_what_we_wrote():
    read_by_them = {one for row in MANIFEST["they read ours"] for one in row["formats"]}
    own = {"regions", "region_lines", "voc_from_zero"}
    assert read_by_them == set(adapters.names()) - own
