"""Answers as people look at them: words of a model are shown, never followed."""

import re
from html.parser import HTMLParser

import numpy as np

import deixis as dx
from deixis.marks.labelled import PALETTE
from tests.ask.seers import Seer, ground
from tests.ask.test_find import SAVE, Script, boxed, shot

HOSTILE = '<script>alert(1)</script><img src="https://x.y/z.png" onerror=alert(2)> $\\alpha$ ‮"\'>'


class Tags(HTMLParser):
    """Every tag and attribute of a block is kept."""

    def __init__(self, block):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(block)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= set(attributes)


def answered(text, image=None):
    return dx.Model(Script(text)).ask(image or shot(), "Where is it?")


def test_the_picture_has_the_regions_answered():
    answer = answered(f"Here: {boxed(100, 100, 300, 300)}")
    assert answer.picture().size == shot().size
    drawn = (answer.picture().pixels == np.array(PALETTE[0], np.uint8)).all(axis=2)
    rows, columns = np.nonzero(drawn)
    assert abs(columns.min() - 384) < 20
    assert abs(rows.max() - 648) < 20


def test_places_beyond_the_picture_are_told_and_not_drawn():
    answer = answered(boxed(100, 100, 300, 300))
    (region,) = answer.regions
    outside = dx.box(9000, 9000, 9100, 9100, label="far")
    moved = [type(place)(region=outside, start=0, end=1) for place in answer.places]
    far = type(answer)(
        text="x",
        places=(*answer.places, *moved),
        unread=(),
        finish="length",
        sent=answer.sent,
    )
    block = far._repr_html_()
    assert "beyond the picture" in block
    assert "box 9000, 9000, 9100, 9100" in block
    assert "ended by length" in block
    assert region.place in block


def test_all_words_are_escaped_and_nothing_is_taken_from_elsewhere():
    answer = answered(f'{HOSTILE} [{{"bbox_2d": [1, 2, 300, 400], "label": "<b>{HOSTILE[:20]}"}}]')
    found = Tags(answer._repr_html_())
    assert found.tags <= {
        "div", "img", "p", "pre", "table", "tbody", "tr", "td", "details", "summary"
    }  # fmt: skip
    assert {name for name, _ in found.attributes} <= {"class", "style", "src", "alt"}
    sources = [value for name, value in found.attributes if name == "src"]
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    assert "mathjax_ignore" in answer._repr_html_()
    assert "‮" not in answer._repr_html_()
    assert not re.search(
        r"url\(|@import|http", str(found.attributes - {("src", s) for s in sources})
    )


def test_no_colour_is_fixed_but_those_of_the_regions():
    block = answered("no")._repr_html_()
    assert set(re.findall(r"(?<!-)color:([^;\"]+)", block)) == {"inherit"}


def test_an_answer_without_end_is_cut_where_it_is_shown():
    block = answered("word " * 100_000)._repr_html_()
    assert "letters more" in block
    assert len(block) < 400_000


def test_printed_an_answer_is_its_words_and_its_repr_one_short_line():
    answer = answered("It is a cup.\n" * 300)
    assert str(answer) == answer.text  # the audit: print(answer) was 900 characters of dataclass
    assert len(repr(answer)) < 120
    assert "\n" not in repr(answer)
    assert len(repr(answer.sent)) < 120


def test_a_reading_shows_its_places_and_what_was_not_understood():
    text = '[{"bbox_2d": [1, 2, 300, 400], "label": "<i>"}, {"bbox_2d": [1, 2, 3000, 4]}]'
    block = dx.dialects.get("qwen3_vl")().read(text, shot().size)._repr_html_()
    assert "&lt;i&gt;" in block
    assert "outside 0..1000" in block
    assert "nothing" in dx.dialects.get("qwen3_vl")().read("no", shot().size)._repr_html_()


def test_what_was_found_shows_its_looks():
    found = dx.Model(Seer({"Save button": SAVE}, error=0.005)).find(shot(), "the Save button")
    assert "data:image/" in found._repr_html_()
    assert repr(found).startswith("Found('the Save button', point ")
    nothing = dx.Model(Script("no")).find(ground(90, 70), "cup<b>")
    assert "nothing was found" in nothing._repr_html_()
    assert "<b>" not in nothing._repr_html_()
