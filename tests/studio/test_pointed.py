"""What a page hands in is checked, and the picture is marked with it."""

import numpy as np
import pytest

import deixis as dx
from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.marks.settled import num_names_left
from deixis.studio.pointed import SHAPES, PointedRegion, marked, read_drawing
from tests.studio.running import pixels

SIZE = Size(width=200, height=120)
IMAGE = dx.open_image(pixels(200, 120))
INSIDE = np.zeros((120, 200), dtype=bool)
INSIDE[20:50, 30:80] = True
REGIONS = {
    "point": dx.point(50, 40),
    "box": dx.box(10, 12, 60, 50),
    "ellipse": dx.ellipse(60, 50, 30, 20, angle=10),
    "polygon": dx.polygon([(10, 10), (60, 15), (30, 70)]),
    "stroke": dx.stroke([(10, 10), (60, 15), (90, 70)], width=4),
    "mask": dx.mask(INSIDE),
}


def drawing(*regions):
    return {f"r{number}": PointedRegion(region=one) for number, one in enumerate(regions)}


@pytest.mark.parametrize("kind", SHAPES)
def test_each_kind_of_region_is_read_drawn_and_told(kind):
    record = {"cup": {**region_json.to_record(REGIONS[kind]), "label": "the cup"}}
    found = read_drawing(record, SIZE)
    assert found["cup"].region == REGIONS[kind].named(label="the cup")
    made = marked(IMAGE, found)
    assert made.image != IMAGE
    (line,) = made.legend
    noun = line.mark.rpartition(" ")[2]
    assert str(line) == f"1: {line.mark}, the cup"
    assert noun in line.phrase


def test_an_encoding_is_kept_and_drawn():
    told = {"tip": {"kind": "point", "point": [5, 6], "encoding": "arrow:color=red"}}
    found = read_drawing(told, SIZE)
    assert found["tip"].record()["encoding"] == "arrow:color=red"
    assert "encoding" not in found["tip"].record(with_encoding=False)
    assert marked(IMAGE, found).legend[0].mark == "red arrow"


def test_what_is_no_mark_is_drawn_by_its_kind():
    told = {"a": {"kind": "box", "box": [5, 6, 40, 50], "encoding": "dimmed:0.8"}}
    assert "rectangle" in marked(IMAGE, read_drawing(told, SIZE)).legend[0].mark


def test_no_two_marks_are_called_alike():
    num = num_names_left([])
    few = marked(IMAGE, drawing(*[dx.box(10 * n, 5, 10 * n + 8, 30) for n in range(num)]))
    assert len({line.mark for line in few.legend}) == num
    many = marked(IMAGE, drawing(*[dx.box(10 * n, 5, 10 * n + 8, 30) for n in range(num + 1)]))
    assert [line.mark for line in many.legend] == [f"tag {n}" for n in range(1, num + 2)]


WRONG = {
    "no object": ([], "regions is an object"),
    "no name": ({" ": {"kind": "point", "point": [1, 2]}}, "a name of letters"),
    "a name with a line": ({"a\nb": {"kind": "point", "point": [1, 2]}}, "a name of letters"),
    "a long name": ({"a" * 201: {"kind": "point", "point": [1, 2]}}, "at most 200"),
    "half a letter": ({"\ud800": {"kind": "point", "point": [1, 2]}}, "a name of letters"),
    "no region": ({"a": 7}, "the region 'a' is an object"),
    "no kind": ({"a": {}}, "the region 'a': a region's kind"),
    "outside": ({"a": {"kind": "point", "point": [900, 2]}}, "outside of the 200x120"),
    "not a number": ({"a": {"kind": "point", "point": ["1", 2]}}, "expected a number"),
    "an unknown field": ({"a": {"kind": "point", "point": [1, 2], "onclick": "x"}}, "no field"),
    "another mask": (
        {"a": region_json.to_record(dx.mask(np.ones((5, 7), dtype=bool)))},
        "the region 'a'",
    ),
    "no encoding": ({"a": {"kind": "point", "point": [1, 2], "encoding": "glow"}}, "glow"),
    "a long encoding": ({"a": {"kind": "point", "point": [1, 2], "encoding": "a" * 201}}, "text"),
    "too many": ({f"a{n}": {} for n in range(10_001)}, "at most 10000"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_with_the_region_it_is_in(case):
    record, words = WRONG[case]
    with pytest.raises(UsageError) as told:
        read_drawing(record, SIZE)
    assert words in str(told.value)
