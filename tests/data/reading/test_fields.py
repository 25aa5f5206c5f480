import math

import pytest

from deixis.core.errors import RegionError, UsageError
from deixis.core.size import Size
from deixis.data.reading import fields
from deixis.data.reading.coco import coco_region
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.pictures import found_file, is_outside
from deixis.data.tasks import Corruption

SIZE = Size(width=8, height=6)


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (lambda: fields.record_of([1]), "a row is an object, got [1]"),
        (lambda: fields.field_of({}, "a"), "it has no 'a'"),
        (lambda: fields.text_of({"a": " "}, "a"), "'a' is text, got ' '"),
        (lambda: fields.list_of({"a": "b"}, "a"), "'a' is a list, got 'b'"),
        (lambda: fields.whole_of({"a": 1.5}, "a"), "'a' is a whole number, got 1.5"),
        (lambda: fields.whole_of({"a": True}, "a"), "'a' is a whole number, got True"),
        (lambda: fields.whole_of({"a": 10**30}, "a"), "'a' is within ±9007199254740992"),
        (lambda: fields.whole_of({"a": math.nan}, "a"), "'a' is a whole number, got nan"),
        (lambda: fields.whole_of({"a": math.inf}, "a"), "'a' is a whole number, got inf"),
        (lambda: fields.place_of({"a": 3}, "a", 3), "'a' is within 0..2, got 3"),
        (lambda: fields.id_of({"id": None}), "'id' is a number or text, got None"),
        (lambda: fields.numbers([1, 2], 3, "a box"), "a box is 3 numbers, got [1, 2]"),
        (lambda: fields.number("1", "a box"), "a box needs numbers, got '1'"),
        (lambda: fields.number(math.inf, "a box"), "a box needs finite numbers, got inf"),
        (lambda: fields.number(10**400, "a box"), "a box needs finite numbers"),
        (lambda: fields.flat_ring([1, 2, 3]), "an outline is x, y, x, y …, got [1, 2, 3]"),
        (lambda: fields.paired_ring(7), "an outline is a list of points, got 7"),
        (lambda: coco_region({"segmentation": 7}, SIZE), "outlines or run lengths, got 7"),
        (
            lambda: coco_region({"segmentation": {"size": [8, 6], "counts": ""}}, SIZE),
            "the mask is 6x8, the picture 8x6",
        ),
    ],
)
def test_a_field_that_is_not_what_it_should_be_is_told(read, reason):
    with pytest.raises(BadRowError) as caught:
        read()
    assert reason in str(caught.value)


@pytest.mark.parametrize("text", ["", "-1", "²", "٣", "1.0", "1" * 16, "9" * 5000])
def test_what_is_no_count_is_not_made_one(text):
    assert not fields.is_count(text)
    with pytest.raises(UsageError, match="KIND:SEVERITY"):
        Corruption.of(f"fog:{text}")


def test_values_are_shown_short():
    assert len(fields.shown("x" * 500)) < 70
    assert fields.shown([1] * 500) == "list"


@pytest.mark.parametrize(
    "name", ["/a", "../a", "a/../../b", "C:\\a", "\\\\host\\a", "..\\a", "C:a", "", "\\a"]
)
def test_names_that_lead_out_of_a_folder_are_known_on_every_system(name):
    assert is_outside(name)


@pytest.mark.parametrize("name", ["a", "a/b.jpg", "a\\b.jpg", "..a/b..jpg", "a b/ç.png"])
def test_names_that_stay_inside_are_known_too(name):
    assert not is_outside(name)


def test_a_file_that_was_not_published_so_is_told(tmp_path):
    with pytest.raises(UsageError, match="there is no 'a' or 'b' in"):
        found_file(tmp_path, "a", "b")


def test_run_lengths_beyond_any_mask_are_refused():
    size = Size(width=2**16, height=2**16)
    record = {"segmentation": {"size": [2**16, 2**16], "counts": [0, 2**32]}}
    with pytest.raises(RegionError, match="a mask's"):
        coco_region(record, size)
