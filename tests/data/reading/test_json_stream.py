import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import SampleError, UsageError
from deixis.data.reading import json_stream as stream_module
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.json_rows import lists_of, rows_of
from deixis.data.reading.json_stream import json_stream, small_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@pytest.fixture
def small_windows(monkeypatch):
    monkeypatch.setattr(stream_module, "WINDOW", 7)


@given(st.lists(VALUES, max_size=6), st.booleans(), st.sampled_from([None, 1]))
def test_rows_of_a_list_are_found_where_they_stand(tmp_path_factory, values, ascii_only, indent):
    file = tmp_path_factory.mktemp("rows") / "a.json"
    text = json.dumps(values, ensure_ascii=ascii_only, indent=indent)
    file.write_bytes(b"\xef\xbb\xbf" * (not ascii_only) + text.encode("utf-8", "surrogatepass"))
    before = stream_module.WINDOW
    stream_module.WINDOW = 5
    try:
        rows = rows_of(file)
    finally:
        stream_module.WINDOW = before
    assert [rows.row(place) for place in range(len(rows))] == values
    assert rows.numbers.tolist() == list(range(1, len(values) + 1))


def test_numbers_are_not_cut_by_the_end_of_a_window(tmp_path, small_windows):
    file = tmp_path / "a.json"
    file.write_text("[123456789012, 1.25e10 ,-7]")
    rows = rows_of(file)
    assert [rows.row(place) for place in range(3)] == [123456789012, 1.25e10, -7]


def test_lines_are_rows_and_empty_ones_none(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_bytes('\ufeff{"a": 1}\r\n\n{"b": "é"}\n{broken\n[2]'.encode())
    rows = rows_of(file)
    assert rows.numbers.tolist() == [1, 3, 4, 5]
    assert (rows.row(1), rows.row(3)) == ({"b": "é"}, [2])
    with pytest.raises(BadRowError, match="not JSON"):
        rows.row(2)


def test_the_lists_of_an_object_are_found_by_their_names(tmp_path, small_windows):
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"info": {"x": [1, 2]}, "images": [{"id": 1}, {"id": 22}], "n": 3}))
    found = lists_of(file, "images")
    assert found["images"].row(1) == {"id": 22}
    with pytest.raises(UsageError, match="no list 'boxes'"):
        lists_of(file, "boxes")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a": 1}, {"a": 2}, {"a"', "row 3: the JSON breaks here, at byte 21"),
        ('[{"a": 1} {"a": 2}]', "row 1: .* comma or the list's end is missing"),
        ('[{"a": 1},', "row 2"),
        ('[1, "\xff"]', "is not UTF-8"),
        ("[" * 200_000, "nested too deeply|Expecting value"),
    ],
)
def test_a_file_that_breaks_says_where(tmp_path, text, reason):
    file = tmp_path / "a.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SampleError, match=reason):
        rows_of(file)


def test_what_is_no_list_is_told(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{"a": 1}')
    with pytest.raises(UsageError, match=r"one row a line is named .jsonl"):
        rows_of(file)


def test_a_value_that_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(stream_module, "WINDOW", 16)
    monkeypatch.setattr(stream_module, "MOST", 64)
    file = tmp_path / "a.json"
    file.write_text(json.dumps(["x" * 500]))
    with pytest.raises(SampleError, match="row 1: the JSON breaks"):
        rows_of(file)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        small_json(tmp_path / "none.json")


def test_members_are_read_in_their_order(tmp_path, small_windows):
    file = tmp_path / "a.json"
    file.write_text('{"a": [1], "b" : {"c": 2}, "d": "e"}')
    with json_stream(file) as stream:
        found = {name: stream.value().value for name in stream.members()}
    assert found == {"a": [1], "b": {"c": 2}, "d": "e"}


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(stream_module, "WINDOW", 2**16)
    file = tmp_path / "a.json"
    row = json.dumps({"id": 1, "text": "x" * 4000})
    with file.open("w") as out:
        out.write("[" + ",".join([row] * 1000) + "]")  # 4 MB
    tracemalloc.start()
    rows = rows_of(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows) == 1000
    assert peak < 2**20
