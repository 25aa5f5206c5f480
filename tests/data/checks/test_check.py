import shutil

import pytest
from PIL import Image

from deixis.data import datasets
from deixis.data.checks.check import Tally, check
from tests.data.published import FIXTURES, LISTED, opened


def tally_of(dataset, **how):
    tally = Tally()
    for checked in check(dataset, **how):
        tally.add(checked)
    return tally


@pytest.mark.parametrize("name", datasets.names())
def test_the_small_copies_are_good(name):
    tally = tally_of(opened(name), decode=True)
    assert not tally.bad
    assert tally.num_rows == LISTED[name]["rows"]


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(FIXTURES / "coco_instances", tmp_path / "coco_instances")


def test_a_picture_of_another_size_is_told(copy, tmp_path):
    Image.new("RGB", (50, 40)).save(copy / "val2017/000000000139.jpg")
    (problem,) = tally_of(opened("coco_instances", tmp_path)).bad
    assert "row annotation 101: the picture is 50x40, the data set says 64x42" in problem


def test_a_region_outside_of_its_picture_is_told(copy, tmp_path):
    file = copy / "annotations/instances_val2017.json"
    file.write_text(file.read_text().replace("[2.5, 3.0, 10.0", "[200.5, 3.0, 10.0"))
    (problem,) = tally_of(opened("coco_instances", tmp_path)).bad
    assert "row annotation 104: {object}: the box" in problem


def test_what_sticks_out_is_counted_and_good(copy, tmp_path):
    file = copy / "annotations/instances_val2017.json"
    file.write_text(file.read_text().replace("[2.5, 3.0, 10.0", "[42.5, 3.0, 10.0"))
    tally = tally_of(opened("coco_instances", tmp_path))
    assert (tally.num_sticking_out, tally.bad) == (1, [])


def test_a_picture_that_cannot_be_opened_is_told(copy, tmp_path):
    (copy / "val2017/000000000139.jpg").write_bytes(b"no picture")
    (problem,) = tally_of(opened("coco_instances", tmp_path)).bad
    assert "row annotation 101: cannot open" in problem


def test_damage_behind_the_header_is_found_by_decoding(copy, tmp_path):
    file = copy / "val2017/000000000139.jpg"
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    dataset = opened("coco_instances", tmp_path)
    assert len(tally_of(dataset, decode=True).bad) == 1


def test_the_first_rows_alone_can_be_checked():
    assert tally_of(opened("vip_llava_instruct"), limit=3).num_rows == 3
