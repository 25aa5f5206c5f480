"""Regions of a folder come from files of any tool, or from what looks."""

import json

import pytest

from deixis.batch.each.regions import pictures_with_regions
from deixis.core.region import box
from deixis.sources import KnowledgeSource, Looking
from tests.batch.each.nursery import asked, counting, photos, read


def test_regions_of_coco_are_asked_about(tmp_path):
    photos(tmp_path)
    annotations = [
        {"id": 7 + n, "image_id": 1 + n % 2, "category_id": 2, "bbox": [1, 2, 3 + n, 4]}
        for n in range(4)
    ]
    record = {
        "images": [
            {"id": 1 + n, "file_name": f"{n:04d}.png", "width": 27, "height": 24} for n in (0, 1)
        ],
        "annotations": annotations,
        "categories": [{"id": 2, "name": "cup"}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(record))
    with counting() as server:
        told = asked(server, tmp_path, regions=tmp_path / "coco.json")
    rows = read(tmp_path / "rows.jsonl")
    assert (told.num_pictures, told.num_rows, told.num_errors) == (2, 4, 0)
    assert [row["region"]["label"] for row in rows] == ["cup"] * 4
    assert rows[1]["region"]["box"] == [1, 2, 6, 6]


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
