import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core import region as regions
from deixis.core.errors import RegionError, UnknownNameError, UsageError
from deixis.core.portable_rng import Draws
from deixis.marks import VERSION, Mark, sample_marks
from deixis.marks.mark_json import dumps, loads, to_record
from tests.core.strategies import any_region

MARK = Mark(shape="arrow", region=regions.box(1, 2, 3, 4))


@given(any_region, st.integers(0, 2**40))
def test_a_mark_survives_json(region, seed):
    (mark,) = sample_marks([region], Draws(seed))
    assert loads(dumps(mark)) == mark


def test_the_renderer_is_written_with_each_mark():
    assert to_record(MARK)["renderer"] == VERSION


def test_a_mark_of_another_renderer_is_refused():
    with pytest.raises(UsageError, match="renderer 99"):
        loads(dumps(MARK).replace(f'"renderer": {VERSION}', '"renderer": 99'))


@pytest.mark.parametrize(
    ("field", "value", "error", "says"),
    [
        ("shape", "arow", UnknownNameError, "did you mean 'arrow'"),
        ("shape", 3, UsageError, "expected text"),
        ("region", {"kind": "box", "box": [5, 5, 1, 1]}, RegionError, "x0 ≤ x1"),
        ("extra", 1, UsageError, "has the fields"),
    ],
)
def test_a_broken_field_is_refused(field, value, error, says):
    record = to_record(MARK) | {field: value}
    with pytest.raises(error, match=says):
        loads(json.dumps(record))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("colour", "red", "three numbers"),
        ("colour", [1, 2, 300], "0..255"),
        ("alpha", 256, "alpha is within"),
        ("alpha", True, "whole number"),
        ("width", 0, "width is within"),
        ("profile", "poster", "profile is one of"),
        ("seed", -1, "seed is within"),
        ("article", "the", "true or false"),
    ],
)
def test_a_broken_style_is_refused(field, value, says):
    record = to_record(MARK)
    record["style"] = record["style"] | {field: value}
    with pytest.raises(UsageError, match=says):
        loads(json.dumps(record))


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"deixis": "mark/2"}'])
def test_what_is_no_mark_is_refused(line):
    with pytest.raises(UsageError):
        loads(line)
