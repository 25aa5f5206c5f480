import numpy as np
import pytest

from deixis.ask.probe.forms import known_forms
from deixis.ask.probe.natives import natives, own_readers
from deixis.ask.probe.spaces import spaces
from deixis.ask.probe.written import written
from deixis.coordinates import dialects
from deixis.core.region import box
from deixis.core.size import Size

SIZE = Size(width=1500, height=1000)
BOX = box(300, 200, 600, 700, label="red circle")


@pytest.mark.parametrize("name", dialects.names())
def test_what_a_dialect_says_is_most_like_its_own_form(name):
    forms = known_forms()
    likeness = forms.likeness(written(dialects.get(name)().say([BOX], SIZE)))
    assert likeness[forms.names.index(name)] == likeness.max() == pytest.approx(1)


@pytest.mark.parametrize("name", dialects.names())
def test_every_dialect_has_a_space_or_reads_itself(name):
    assert natives()[name].meanings or name in own_readers()


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("permille", ("x first", "0-1000")),
        ("gemini", ("y first", "0-1000")),
        ("paligemma", ("y first", "0-1024")),
        ("unit", ("x first", "0-1")),
        ("molmo", ("x first", "percent")),
        ("pixels", ("x first", "pixels as sent")),
        ("claude", ("x first", "pixels after Claude's resize")),
        ("padded_unit", ("x first", "0-1 of the padded square")),
    ],
)
def test_a_dialect_s_order_and_space_follow_from_what_it_says(name, meaning):
    assert meaning in natives()[name].meanings


def test_no_two_spaces_have_one_name():
    names = [space.name for space in spaces()]
    assert len(set(names)) == len(names)


def test_every_space_has_a_line_for_every_picture():
    lines = np.array([space.line(Size(width=298, height=186)) for space in spaces()])
    assert np.isfinite(lines).all()
    assert (lines[:, :2] > 0).all()
