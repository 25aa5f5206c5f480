"""Folders, lists and data sets of entities; what is left out of them is told with its reason."""

import json

import pytest

from deixis.core.errors import UnknownNameError, UsageError
from deixis.data.entities.read import read_entities
from tests.data.entities.entity_folder import bad_folder, good_folder, good_list
from tests.data.published import path_of


def test_a_folder_of_folders_is_read(tmp_path):
    entities = read_entities(good_folder(tmp_path))
    assert entities.names == ("red fox", "tea pot", "zebra")
    assert len(entities.pictures) == 9
    assert not entities.left_out


def test_what_cannot_be_used_is_left_out_with_the_reason(tmp_path):
    entities = read_entities(bad_folder(tmp_path))
    assert len(entities.pictures) == 9
    told = {
        one.picture.rpartition("/")[2] + " " + one.entity: one.reason for one in entities.left_out
    }
    assert told["broken.jpg zebra"].startswith("it is broken: cannot open")
    assert told["tiny.png zebra"] == "it is tiny: 5 pixels, at least 16 are needed"
    assert told["again.png zebra"].startswith("a duplicate of ")
    assert told["shared.png zebra"] == "the same picture is said to be of tea pot"
    assert told["shared.png tea pot"] == "the same picture is said to be of zebra"
    assert told[" yak"] == "no picture of it is left"
    assert len(told) == 6


def test_a_list_is_read_and_its_missing_pictures_are_told(tmp_path):
    entities = read_entities(good_list(tmp_path))
    assert [p.entity for p in entities.pictures] == ["fox", "fox", "pot", "pot"]
    assert entities.pictures[-1].region.box().xyxy == (2, 3, 30, 31)
    assert [one.reason for one in entities.left_out] == ["there is no such file"]


def test_a_line_a_row_is_read_beside_another_folder_of_pictures(tmp_path):
    good_folder(tmp_path / "pictures")
    file = tmp_path / "list.jsonl"
    file.write_text('{"entity": "fox", "image": "red_fox/0.png"}\n')
    assert len(read_entities(file, images=tmp_path / "pictures").pictures) == 1


def test_regions_of_a_data_set_are_pictures_of_what_they_are_called():
    entities = read_entities(path_of("coco_instances"), form="coco_instances", least_side=4)
    assert entities.pictures
    assert all(picture.region is not None for picture in entities.pictures)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"image": "a.png"}], r'row 1: a row is {"entity": NAME'),
        ([{"entity": "a", "image": 3}], r'row 1: a row has "image": FILE'),
        ([{"entity": "a", "image": "../a.png"}], "row 1: the image '../a.png' lies outside"),
        (
            [{"entity": "a", "image": "no.png"}],
            "no picture of an entity can be used .*no such file",
        ),
        ([], "no picture of an entity can be used .none was found"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path, rows, words):
    file = tmp_path / "list.json"
    file.write_text(json.dumps(rows))
    with pytest.raises(UsageError, match=words):
        read_entities(file)


@pytest.mark.parametrize("folder", ["Red fox", "red fox", "red__fox"])
def test_two_entities_with_one_name_are_an_error(tmp_path, folder):
    good_folder(tmp_path)
    (tmp_path / folder).mkdir()
    with pytest.raises(UsageError, match="two entities have one name"):
        read_entities(tmp_path)


def test_what_is_no_folder_and_no_list_is_told(tmp_path):
    with pytest.raises(UsageError, match="entities are a folder with a folder of pictures each"):
        read_entities(tmp_path / "no.txt")
    with pytest.raises(UnknownNameError, match="no data set named 'coco_instance'"):
        read_entities(tmp_path, form="coco_instance")
