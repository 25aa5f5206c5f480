"""The rows of a run: whatever was asked and answered, they are written and read again."""

import json
import math
import os

import pytest

from deixis.core.errors import UsageError
from deixis.evals.report import FILE as REPORT
from deixis.evals.report import Report
from deixis.evals.results import FILE, Row, load_rows, save_rows

ROW = Row(key="a/1", picture="p", asks="0", truth=("cup",), numbers={"right": 1.0})


@pytest.mark.parametrize(
    "text", ["a\u2028b", "a\u2029", "\u0085", "\x0b\x0c\x1c\x1d\x1e", "a\r\nb"]
)
def test_an_answer_may_hold_what_unicode_calls_a_lines_end(tmp_path, text):
    rows = [Row(**{**_fields(ROW), "answer": text}), ROW]
    save_rows(tmp_path, rows)
    assert load_rows(tmp_path) == rows


@pytest.mark.parametrize("text", ["\ud83d", "a\udfffb"])
def test_an_answer_may_hold_half_a_character(tmp_path, text):
    rows = [Row(**{**_fields(ROW), "answer": text, "sent": text})]
    save_rows(tmp_path, rows)
    assert load_rows(tmp_path) == rows
    (tmp_path / FILE).read_text("utf-8")


def test_rows_of_before_are_read_as_they_were_written(tmp_path):
    (tmp_path / FILE).write_text(
        json.dumps({**_fields(ROW), "answer": "é\u2028"}, ensure_ascii=False) + "\n", "utf-8"
    )
    assert load_rows(tmp_path)[0].answer == "é\u2028"


@pytest.mark.parametrize("content", ["[" * 100_000, "7", '{"key": ' + "1" * 5000 + "}", "\xff"])
@pytest.mark.parametrize(("name", "load"), [(FILE, load_rows), (REPORT, Report.load)])
def test_a_broken_file_is_told_shortly(tmp_path, name, load, content):
    (tmp_path / name).write_text(content, "latin-1")
    with pytest.raises(UsageError, match=r"holds no results|is no report") as told:
        load(tmp_path)
    assert len(str(told.value)) < 400


@pytest.mark.parametrize(("name", "load"), [(FILE, load_rows), (REPORT, Report.load)])
def test_a_pipe_is_not_waited_for(tmp_path, name, load):
    os.mkfifo(tmp_path / name)
    with pytest.raises(UsageError, match="not a file"):
        load(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"answer": 7},
        {"numbers": [1]},
        {"numbers": {"right": None}},
        {"numbers": {"right": math.nan}},
        {"truth": "cup"},
        {"tags": [1]},
        {"grades": [True]},
        {"more": 1},
        {"picture": []},
    ],
)
def test_a_field_that_is_something_else_is_told(tmp_path, change):
    (tmp_path / FILE).write_text(json.dumps(_fields(ROW) | change), "utf-8")
    with pytest.raises(UsageError, match="holds no results"):
        load_rows(tmp_path)


def _fields(row):
    names = ("key", "picture", "asks", "truth", "tags", "numbers", "grades", "grade_failures")
    return {name: getattr(row, name) for name in names}
