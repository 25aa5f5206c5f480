"""Regions of a folder come from files of any tool, or from what looks."""

import json

import pytest

from deixis.batch.each.regions import pictures_with_regions
from deixis.core.region import box
from deixis.sources import KnowledgeSource, Looking
from tests.batch.each.nursery import asked, counting, photos, read


def coco(tmp_path, annotations):
    """Annotations of the first two pictures, in a file of COCO's."""
    record = {
        "images": [
            {"id": 1 + n, "file_name": f"{n:04d}.png", "width": 27, "height": 24} for n in (0, 1)
        ],
        "annotations": annotations,
        "categories": [{"id": 2, "name": "cup"}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(record))
    return tmp_path / "coco.json"


def annotation(number, image, **more):
    box = [1, 2, 3 + number, 4]
    return {"id": 7 + number, "image_id": image, "category_id": 2, "bbox": box, **more}


def test_regions_of_coco_are_asked_about(tmp_path):
    photos(tmp_path)
    known = coco(tmp_path, [annotation(n, 1 + n % 2) for n in range(4)])
    with counting() as server:
        told = asked(server, tmp_path, regions=known)
    rows = read(tmp_path / "rows.jsonl")
    assert (told.num_pictures, told.num_rows, told.num_errors) == (2, 4, 0)
    assert [row["region"]["label"] for row in rows] == ["cup"] * 4
    assert rows[1]["region"]["box"] == [1, 2, 6, 6]


def test_crowds_are_counted_and_asked_about_only_where_that_is_wanted(tmp_path):
    photos(tmp_path)
    runs = {"size": [24, 27], "counts": [0, 24 * 20, 24 * 7]}
    crowd = annotation(1, 1, iscrowd=1, segmentation=runs)
    known = coco(tmp_path, [annotation(0, 1), crowd, annotation(2, 1)])
    with counting() as server:
        told = asked(server, tmp_path, regions=known)
        assert (told.num_rows, told.num_crowds, server.asked.total()) == (2, 1, 2)
        assert [row["id"] for row in read(tmp_path / "rows.jsonl")] == ["0", "2"]
        told = asked(server, tmp_path, regions=known, crowds=True)
    assert (told.num_rows, told.num_crowds, server.asked.total()) == (3, 0, 3)


def test_annotations_without_their_picture_are_one_row_that_says_so(tmp_path):
    photos(tmp_path)
    known = coco(tmp_path, [annotation(0, 1), annotation(1, 9), annotation(2, 8)])
    with counting() as server:
        told = asked(server, tmp_path, regions=known)
    assert (told.num_rows, told.num_errors, server.asked.total()) == (2, 1, 1)
    (error,) = told.first_errors
    assert "annotation 2: there is no picture 9 in the list of images (nor those of 1 more" in error


def test_the_labels_of_yolo_are_asked_about(tmp_path):
    photos(tmp_path, pictures=2)
    labels = tmp_path / "labels"
    labels.mkdir()
    (labels / "0000.txt").write_text("0 0.5 0.5 0.25 0.5\n")
    with counting() as server:
        asked(server, tmp_path, regions=labels, format="yolo")
    (row,) = read(tmp_path / "rows.jsonl")
    assert (row["image"], row["region"]["kind"]) == ("0000.png", "box")


def test_a_bad_row_of_the_file_is_a_row_that_says_so(tmp_path):
    _, known = photos(tmp_path, pictures=2, regions=2)
    known.write_text(known.read_text() + '{"image": "0001.png", "kind": "box"}\n')
    with counting() as server:
        told = asked(server, tmp_path)
    assert (told.num_rows, told.num_errors, server.asked.total()) == (5, 1, 4)


class Eye(KnowledgeSource):
    """A source that finds a box in each picture, and counts how often it looked."""

    looks = 0
    record = {"source": "eye"}

    @classmethod
    def of(cls, argument, options):
        return cls()

    def look(self, image):
        Eye.looks += 1
        return [box(1, 1, 5, 6, label="thing")]


@pytest.fixture
def looking():
    Eye.looks = 0
    return Looking(names=[Eye()])


def test_what_a_source_finds_is_looked_for_once(tmp_path, looking):
    folder, _ = photos(tmp_path, pictures=3)
    (folder / "0001.png").write_bytes(b"no picture")
    looked = tmp_path / "looked.jsonl"
    first = list(pictures_with_regions(folder, looking, looked=looked))
    assert [one.error is None for one in first] == [True, False, True]
    with looked.open("ab") as file:
        file.write(b'{"image": "0002.png", "reg')  # a kill
    again = list(pictures_with_regions(folder, looking, looked=looked))
    assert again == first
    assert Eye.looks == 2
