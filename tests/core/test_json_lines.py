import json

import pytest

from deixis.core.json_lines import is_torn, line, lines, parse

BEFORE, AFTER = b'{"key": "', b'", "text": "'


@pytest.mark.parametrize(
    "letter", ["\u0085", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\r", "\n"]
)
def test_a_record_is_one_line_for_every_reader(letter):
    text = line({"text": f"a{letter}b"})
    assert len(text.splitlines()) == 1
    assert [parse(one) for one in lines(text.encode())] == [{"text": f"a{letter}b"}]


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "👋", "é", "\\ud800"])
def test_any_text_is_written_and_read_again(text):
    assert parse(line({text: [text]}).encode()) == {text: [text]}


def test_what_is_readable_stays_so():
    assert line({"a": "é 👋"}) == '{"a": "é 👋"}\n'


@pytest.mark.parametrize(
    "text", ["", "{", "1" * 5000, "[" * 100_000, '{"a":' * 100_000, b"\xff", b"\x00", "x"]
)
def test_what_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the reasons are Python's own
        parse(text)


def test_a_line_that_was_cut_anywhere_is_torn():
    whole = json.dumps({"key": "0a" * 32, "text": "a cup", "finish": "stop"}).encode()
    for cut in range(len(whole)):
        assert is_torn(whole[:cut], before=BEFORE, after=AFTER)
    assert not is_torn(whole, before=BEFORE, after=AFTER)


@pytest.mark.parametrize(
    "tail", [b"notes", b'{"a": 1', b'{"key": "x y', b'{"key": "0a", "value', b'{"key": 1}', b"\0"]
)
def test_what_somebody_else_wrote_is_not_torn(tail):
    assert not is_torn(tail, before=BEFORE, after=AFTER)
