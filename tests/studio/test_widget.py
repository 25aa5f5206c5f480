"""The widget's Python side: what a page sends becomes Regions, what is assigned is sent."""

import base64
import json

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import MissingExtraError, RegionError, UsageError

pytest.importorskip("anywidget")

IMAGE = dx.open_image(np.arange(30 * 40 * 3, dtype=np.uint8).reshape(30, 40, 3))
CUP = dx.box(3, 4, 20, 25, label="cup")
MOST = 150_000  # bytes of the page's side


def from_page(widget, **state):
    """What a page's message does."""
    widget.set_state(state)


def test_a_widget_holds_the_regions_that_it_was_given():
    widget = IMAGE.annotate({"mine": CUP, "here": (5, 6)})
    assert widget.regions == {"mine": CUP, "here": dx.point(5, 6)}
    assert widget.size == (40, 30)


def test_regions_without_names_get_their_label_s_or_their_kind_s():
    widget = IMAGE.annotate([CUP, dx.point(1, 2), dx.point(3, 4), CUP])
    assert list(widget.regions) == ["cup", "point1", "point2", "cup2"]


def test_what_is_drawn_stands_in_python_and_is_told():
    widget, heard = IMAGE.annotate(), []
    widget.observe(lambda change: heard.append(dict(change["new"])), "regions")
    record = {"deixis": "region/1", "kind": "box", "box": [3, 4, 20, 25], "label": "cup"}
    from_page(widget, regions={"a": record}, encodings={"a": "arrow"}, selected=["a"])
    assert widget.regions == {"a": CUP}
    assert (widget.encodings, widget.selected) == ({"a": "arrow"}, ["a"])
    assert heard == [{"a": CUP}]


def test_what_is_assigned_is_sent_as_regions_are_written():
    widget = IMAGE.annotate()
    widget.regions = {**widget.regions, "cup": [3, 4, 20, 25]}
    sent = widget.get_state("regions")["regions"]
    assert sent == {"cup": {"deixis": "region/1", "kind": "box", "box": [3.0, 4.0, 20.0, 25.0]}}
    json.dumps(sent)


def test_a_change_in_place_which_nobody_would_see_is_refused():
    with pytest.raises(TypeError):
        IMAGE.annotate().regions["cup"] = CUP


@pytest.mark.parametrize(
    "record",
    [{"kind": "box", "box": [1, 2]}, {"kind": "<b>"}, {"box": [1, 2, 3, 4]}, 3, None],
    ids=str,
)
def test_what_is_no_region_changes_nothing(record):
    widget = IMAGE.annotate({"cup": CUP})
    with pytest.raises(UsageError):
        from_page(widget, regions={"a": record})
    with pytest.raises(UsageError):
        widget.regions = {"a": record}
    assert widget.regions == {"cup": CUP}


def test_a_mask_of_another_picture_is_refused():
    with pytest.raises(RegionError, match="40x30"):
        IMAGE.annotate({"m": np.ones((4, 6), bool)})


def test_the_picture_is_bytes_and_nothing_of_it_stands_in_text():
    widget = IMAGE.annotate()
    state = widget.get_state()
    assert [name for name, value in state.items() if isinstance(value, bytes)] == ["picture"]
    assert dx.open_image(widget.picture) == IMAGE
    told = json.dumps({name: value for name, value in state.items() if name != "picture"})
    assert base64.b64encode(widget.picture[:60]).decode()[:40] not in told


def test_a_large_picture_is_sent_smaller_and_its_places_stay():
    large = dx.open_image(np.zeros((2500, 5000, 3), np.uint8))
    widget = large.annotate({"cup": CUP})
    assert dx.open_image(widget.picture).size == dx.Size(width=4096, height=2048)
    assert widget.size == (5000, 2500)
    assert widget.regions == {"cup": CUP}


def test_tools_and_height_are_checked():
    assert IMAGE.annotate(tools=["box", "point"]).tools == ["box", "point"]
    with pytest.raises(UsageError, match="one of select, box"):
        IMAGE.annotate(tools=["hammer"])
    with pytest.raises(UsageError, match="height"):
        IMAGE.annotate(height=3)


def test_the_page_s_side_is_light():
    from deixis.studio.widget import Annotation

    assert len(str(Annotation._esm).encode()) + len(str(Annotation._css).encode()) < MOST


def test_without_anywidget_its_install_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "anywidget", None)
    monkeypatch.delitem(__import__("sys").modules, "deixis.studio.widget", raising=False)
    with pytest.raises(MissingExtraError, match=r"pip install .*deixis\[notebook\]"):
        IMAGE.annotate()
