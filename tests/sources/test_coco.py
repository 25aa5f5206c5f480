"""Notes as COCO publishes them: panoptic maps, instances, results."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PIL

from deixis.core.errors import SampleError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import Box, Polygon
from deixis.sources import SourceOptions, source
from tests.sources.drawn_words import plain

FIXTURES = Path(__file__).parents[1] / "data" / "fixtures"
CATEGORIES = [{"id": 7, "name": "cup"}, {"id": 9, "name": "wall"}]
IMAGES = [
    {"id": 3, "file_name": "val/one.png", "width": 30, "height": 20},
    {"id": 4, "file_name": "val/two.png", "width": 12, "height": 10},
    {"id": 5, "file_name": "more/two.png", "width": 12, "height": 10},
]
SQUARE = [[2, 3, 8, 3, 8, 9, 2, 9]]


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def instances(path: Path, annotations: list[dict[str, Any]]) -> Path:
    whole = {"images": IMAGES, "categories": CATEGORIES, "annotations": annotations}
    return write(path, whole)


def picture(name: str = "elsewhere/val/one.png", width: int = 30, height: int = 20) -> Image:
    return Image(pixels=plain(width, height).pixels, source=name)


def look(path: Path, image: Image | None = None, cut: float | None = None) -> list[Region]:
    options = SourceOptions(least_score=cut)
    return source(f"coco:{path}", options).look(image or picture())


def test_published_instances_and_panoptic_maps_are_read() -> None:
    panoptic = FIXTURES / "coco_panoptic" / "annotations" / "panoptic_val2017.json"
    for name in ("000000000139", "000000000285"):
        image = open_image(FIXTURES / "coco_panoptic" / "val2017" / f"{name}.jpg")
        notes = look(panoptic, image)
        listed = json.loads(panoptic.read_text())
        [entry] = [e for e in listed["annotations"] if e["file_name"] == f"{name}.png"]
        names = {category["id"]: category["name"] for category in listed["categories"]}
        assert [note.label for note in notes] == [
            names[segment["category_id"]] for segment in entry["segments_info"]
        ]
        assert all(note.mask(image.size) == note.shape for note in notes)
        assert sum(note.mask(image.size).to_array() for note in notes).max() == 1
        assert {note.source for note in notes} == {f"coco:{panoptic}"}
    of_things = FIXTURES / "coco_instances" / "annotations" / "instances_val2017.json"
    things = look(of_things, open_image(FIXTURES / "coco_instances/val2017/000000000139.jpg"))
    assert things
    assert all(note.label and note.score is None for note in things)


def test_instances_are_outlines_run_lengths_or_boxes_in_the_files_order(tmp_path: Path) -> None:
    rows = {"size": [20, 30], "counts": [40, 20, 540]}
    path = instances(
        tmp_path / "x.json",
        [
            {"id": 1, "image_id": 3, "category_id": 7, "segmentation": SQUARE},
            {"id": 2, "image_id": 4, "category_id": 9, "bbox": [1, 1, 2, 2]},
            {"id": 3, "image_id": 3, "category_id": 9, "segmentation": rows},
            {"id": 4, "image_id": 3, "category_id": 7, "bbox": [25, 1, 9, 4]},
            {"id": 5, "image_id": 3, "category_id": 7, "bbox": [1, 1, 9, 4], "iscrowd": 1},
        ],
    )
    outline, run_lengths, box = look(path)
    assert [note.label for note in (outline, run_lengths, box)] == ["cup", "wall", "cup"]
    assert isinstance(outline.shape, Polygon)
    assert isinstance(run_lengths.shape, Mask)
    assert np.flatnonzero(run_lengths.shape.to_array()[0]).tolist() == [2]
    assert box.shape == Box(x0=25, y0=1, x1=30, y1=5)  # cut at the picture's edge


@pytest.mark.parametrize(
    ("files", "results", "chosen"),
    [
        (["annotations.json", "instances_val.json"], "found.json", "annotations.json"),
        (["annotations/instances_val.json"], "found.json", "annotations/instances_val.json"),
        (["instances_train.json", "instances_val.json"], "val_found.json", "instances_val.json"),
    ],
)
def test_results_take_names_and_pictures_from_the_annotations_beside_them(
    tmp_path: Path, files: list[str], results: str, chosen: str
) -> None:
    for name in files:
        images = IMAGES if name == chosen else []
        whole = {"images": images, "categories": CATEGORIES, "annotations": []}
        write(tmp_path / name, whole)
    path = write(
        tmp_path / results,
        [
            {"image_id": 3, "category_id": 7, "bbox": [1, 2, 3, 4], "score": 0.4},
            {"image_id": 4, "category_id": 7, "bbox": [1, 2, 3, 4], "score": 0.9},
            {"image_id": 3, "category_id": 9, "segmentation": SQUARE, "score": 0.75},
        ],
    )
    low, high = look(path)
    assert (low.label, low.score, low.shape) == ("cup", 0.4, Box(x0=1, y0=2, x1=4, y1=6))
    assert (high.label, high.score) == ("wall", 0.75)
    assert look(path, cut=0.5) == [high]
    record = source(f"coco:{path}").record
    assert record["source"] == f"coco:{path}"
    assert len(record["annotations"]) == 16


@pytest.mark.parametrize("files", [[], ["instances_a.json", "instances_b.json"]])
def test_results_without_the_one_file_of_names_are_refused(
    tmp_path: Path, files: list[str]
) -> None:
    for name in files:
        instances(tmp_path / name, [])
    path = write(tmp_path / "found.json", [])
    with pytest.raises(UsageError, match=r"beside it there should be one instances_SPLIT\.json"):
        look(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("three.png", r"lists no picture named 'three\.png' \(this one came from 'three\.png'\)"),
        ("array", "lists no picture named 'array'"),
        ("", "lists no picture named ''"),
        ("two.png", r"'two\.png' could be val/two\.png or more/two\.png of"),
    ],
)
def test_a_picture_that_it_does_not_list_is_said(tmp_path: Path, name: str, said: str) -> None:
    path = instances(tmp_path / "x.json", [])
    with pytest.raises(UsageError, match=said):
        look(path, picture(name))


@pytest.mark.parametrize(
    "name",
    ["more/two.png", "/data/more/two.png", r"C:\data\more\two.png", "http://a.b/more/two.png?x=1"],
)
def test_a_picture_is_found_wherever_it_lies_now(tmp_path: Path, name: str) -> None:
    row = {"id": 1, "image_id": 5, "category_id": 7, "bbox": [1, 1, 2, 2]}
    path = instances(tmp_path / "x.json", [row])
    assert [note.label for note in look(path, picture(name, 12, 10))] == ["cup"]
    assert look(path, picture("val/two.png", 12, 10)) == []


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    path = instances(tmp_path / "x.json", [])
    with pytest.raises(UsageError, match=r"is about a 30x20 picture of this name, .* is 31x20"):
        look(path, picture(width=31))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"category_id": 8, "bbox": [1, 1, 2, 2]}, "there is no category 8"),
        ({"category_id": 7}, "it has no 'bbox'"),
        ({"category_id": 7, "bbox": [1, 1, -2, 2]}, "width and height are ≥ 0"),
        ({"category_id": 7, "bbox": [90, 90, 2, 2]}, "outside of the 30x20 picture"),
        ({"category_id": 7, "bbox": [1, 1, 2, 2], "score": 2}, "within 0..1"),
        ({"category_id": 7, "segmentation": {"size": [2, 2], "counts": "1"}}, "the mask is 2x2"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    path = instances(tmp_path / "x.json", [{"id": 1, "image_id": 3, **row}])
    with pytest.raises(SampleError, match=f"x.json, row 1: .*{said}"):
        look(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "the JSON breaks here"),
        ('[{"image_id": 1}', "the JSON breaks here"),
        ("12", "the JSON breaks here"),
        ("{}", "is not COCO's: it has no list 'images'"),
        ("[3]", "row 1: a row is an object"),
        ('[{"image_id": "x"}]', "'image_id' is a whole number"),
    ],
)
def test_a_file_of_another_kind_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises((UsageError, SampleError), match=said):
        look(path)
    with pytest.raises(UsageError, match="cannot read"):
        look(tmp_path)


def panoptic(folder: Path) -> Path:
    shutil.copytree(FIXTURES / "coco_panoptic", folder, dirs_exist_ok=True)
    return folder / "annotations" / "panoptic_val2017.json"


def test_a_panoptic_file_needs_its_maps(tmp_path: Path) -> None:
    path = panoptic(tmp_path)
    image = open_image(tmp_path / "val2017" / "000000000139.jpg")
    maps = path.with_suffix("")
    PIL.new("RGB", (3, 2)).save(maps / "000000000139.png")
    with pytest.raises(SampleError, match="the map is 3x2, the picture"):
        look(path, image)
    (maps / "000000000139.png").unlink()
    with pytest.raises(SampleError, match=r"there is no image '000000000139\.png'"):
        look(path, image)
    shutil.rmtree(maps)
    with pytest.raises(UsageError, match="is panoptic: its folder of PNGs should be"):
        look(path, image)


def test_a_segment_without_a_pixel_is_named(tmp_path: Path) -> None:
    path = panoptic(tmp_path)
    content = json.loads(path.read_text())
    content["annotations"][0]["segments_info"][0]["id"] = 1
    write(path, content)
    image = open_image(tmp_path / "val2017" / f"{content['images'][0]['file_name']}")
    with pytest.raises(SampleError, match="row 1: its mask has no pixel"):
        look(path, image)
