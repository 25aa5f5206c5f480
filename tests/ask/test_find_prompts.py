"""The words that models are asked for places in: one row a dialect and kind, each with a source."""

import datetime

import pytest

from deixis.ask.find_prompts import KINDS, find_prompt, find_prompts, load_find_prompts
from deixis.coordinates import dialects
from deixis.core.errors import UsageError
from deixis.core.size import Size

SIZE = Size(width=30, height=20)


@pytest.mark.parametrize("row", find_prompts(), ids=lambda row: f"{row.dialect}.{row.kind}")
def test_each_prompt_has_a_source_and_a_date_and_names_the_thing(row):
    assert row.source.strip()
    assert datetime.date.fromisoformat(row.date)
    for many in (False, True):
        words = row.words("the {what} 5%", SIZE, many=many)
        assert words.count("the {what} 5%") == 1
        assert "{size}" not in words


@pytest.mark.parametrize("name", dialects.names())
def test_each_dialect_has_words_of_its_own(name):
    for kind in KINDS:
        assert find_prompt(name, kind, can=dialects.get(name).kinds).dialect == name


def test_a_kind_that_a_dialect_has_no_words_for_is_asked_for_as_the_other():
    assert find_prompt("paligemma", "point", can=("point", "box")).kind == "box"
    assert find_prompt("molmo", "box", can=("point",)).kind == "point"


def test_a_dialect_without_words_of_its_own_is_asked_in_those_of_any():
    assert find_prompt("somebody's", "box").dialect == "any"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("any = 1", r"\[any.box\] is a table, got any = …"),
        ("[any.mask]\none = 1", r"\[any.mask\] is neither .point nor .box"),
        ("[any.box]\none = 1\nmany = '{what}'", "any.box.one is text, got 1"),
        ("[any.box]\none = '{what}'", "any.box"),
        ("[any.box]\none = '{what}'\nmany = '{what}'\nmore = 1", "any.box"),
        ("[any.box]\none = '{What}'\nmany = '{what}'", r"the prompt any.box holds \{what\}"),
        ("[any", "cannot read"),
    ],
)
def test_a_file_of_something_else_is_refused(text, message, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        load_find_prompts(path)


def test_a_row_of_a_file_comes_before_the_shipped_one(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[qwen3_vl.box]\none = '{what}?'\nmany = '{what}s?'\n")
    row = find_prompt("qwen3_vl", "box", load_find_prompts(path))
    assert (row.one, row.many, row.source) == ("{what}?", "{what}s?", "yours")


def test_the_size_stands_where_the_words_say_it():
    words = find_prompt("pixels", "box").words("cup", SIZE, many=False)
    assert "The picture is 30x20 pixels." in words
