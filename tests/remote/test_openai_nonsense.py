"""Answers that are none, and streams in every shape."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import RemoteError
from deixis.models.interface import Completion
from deixis.remote.answer import error_message, events, read_answer, read_stream

DEEP = b"[" * 100_000


def choice(**fields):
    return json.dumps({"choices": [fields]}).encode()


def said(content, **fields):
    return choice(message={"content": content} | fields, finish_reason="stop")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON, or was cut: nothing"),
        (b'{"choices": [', "not JSON, or was cut"),
        (b"<html>Bad gateway</html>", "not JSON, or was cut: <html>"),
        (b'"\xff\xfe"', "not JSON"),
        (DEEP, "not JSON"),
        (b"[]", "expected an object"),
        (b"{}", "expected a list of choices"),
        (b'{"choices": {}}', "expected a list of choices"),
        (b'{"choices": []}', "expected one choice"),
        (b'{"choices": ["yes"]}', "expected one choice"),
        (b'{"choices": [{}, {}]}', "expected one choice"),
        (b'{"error": {"message": "out of memory"}}', "broke off with an error: out of memory"),
        (choice(message="yes", finish_reason="stop"), "expected an object as message"),
        (choice(message={"content": "yes"}), "ended before its finish_reason"),
        (choice(message={"content": "yes"}, finish_reason=3), "expected words"),
        (choice(message={"content": ""}, finish_reason="content_filter"), "'content_filter'"),
        (choice(message={"content": None}, finish_reason="tool_calls"), "'tool_calls'"),
        (choice(message={"content": None}, finish_reason="length"), "answer without content"),
        (choice(finish_reason="stop"), "answer without content"),
        (choice(message={"content": ""}, finish_reason="length"), "answer without content"),
        (said(["parts"]), "expected words"),
        (said(7), "expected words"),
        (said(None, refusal="I cannot look at this."), "refused: I cannot look at this"),
    ],
)
def test_an_answer_that_is_none_is_an_error_that_says_why(server, build, ask, body, reason):
    server.answer = lambda _: server.raw(body)
    with pytest.raises(RemoteError, match=reason):
        build().generate(ask("?"))
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (b"", "ended before its finish_reason"),
        (b"<html>Bad gateway</html>", "ended before its finish_reason"),
        (b"data: [DONE]\n\n", "ended before its finish_reason"),
        (b"data: {]\n\n", "not JSON"),
        (b"data: \xff\n\n", "not JSON"),
        (b"data: 3\n\n", "expected an object"),
        (b'data: {"choices": 3}\n\n', "expected a list of choices"),
        (b'data: {"choices": [{"delta": 3}]}\n\n', "expected an object as delta"),
        (b'data: {"choices": [{"delta": {"content": 3}}]}\n\n', "expected words"),
        (b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n', "ended before"),
        (b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n', "without content"),
        (b'data: {"choices": [{"delta": {"refusal": "No."}}]}\n\n', "refused: No"),
        (b'data: {"error": {"message": "out of memory"}}\n\n', "with an error: out of memory"),
    ],
)
def test_a_stream_that_is_none_is_an_error_that_says_why(server, build, ask, lines, reason):
    server.answer = lambda _: server.raw(lines, kind="text/event-stream", framing="close")
    with pytest.raises(RemoteError, match=reason):
        build(stream=True).generate(ask("?"))
    assert len(server.bodies) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_an_endless_answer_is_refused(server, build, ask, stream):
    server.answer = lambda _: server.raw(*[b" " * 4000] * 100, framing="chunked", kind="text/plain")
    with pytest.raises(RemoteError, match="longer than max_response_bytes=20000; it may have"):
        build(stream=stream, max_response_bytes=20_000).generate(ask("?"))
    assert len(server.bodies) == 1


def test_a_server_that_does_not_stream_is_read_all_the_same(server, build, ask):
    server.answer = lambda body: server.say({**body, "stream": False})
    assert build(stream=True).generate(ask("a"))[0].text == "answer to a"


def test_words_after_the_end_of_a_stream_are_not_waited_for(server, build, ask):
    rows = [{"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}]
    whole = server.events(rows)
    server.then(replace(whole, pieces=[*whole.pieces, b"data: {nonsense\n\n"]))
    assert build(stream=True).generate(ask("a")) == [Completion(text="a")]


def test_letters_cut_in_their_bytes_arrive_whole(server, build, ask):
    reply = server.events(
        [{"choices": [{"delta": {"content": "日本 👋"}, "finish_reason": "stop"}]}]
    )
    whole = b"".join(reply.pieces)
    server.then(replace(reply, pieces=[whole[i : i + 1] for i in range(len(whole))]))
    assert build(stream=True).generate(ask("a"))[0].text == "日本 👋"


ROWS = [
    {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
    {"choices": [{"delta": {"content": "Gr\u00fc\u00dfe \U0001f44b"}, "finish_reason": None}]},
    {"choices": [{"delta": {"content": " hier"}}], "usage": None},
    {"choices": [{"delta": {}, "finish_reason": "stop"}]},
    {"choices": [], "usage": {"completion_tokens": 4}},
]


@given(
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    space=st.sampled_from(["", " "]),
    is_done=st.booleans(),
    has_last_line_end=st.booleans(),
    begin=st.sampled_from(["", "\ufeff", ": hello\n\n", "event: x\nid: 3\nretry: 10\nwhat\n"]),
    cuts=st.lists(st.integers(0, 700), max_size=12),
)
def test_a_stream_reads_the_same_however_it_is_written(
    end, space, is_done, has_last_line_end, begin, cuts
):
    datas = [json.dumps(row, ensure_ascii=False) for row in ROWS] + ["[DONE]"] * is_done
    lines = begin + ": still here\n".join(f"data:{space}{data}\n\n" for data in datas)
    raw = (lines if has_last_line_end else lines.rstrip("\n")).replace("\n", end).encode()
    marks = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    chunks = [raw[a:b] for a, b in pairwise(marks)]
    assert finished(read_stream(chunks, str)) == Completion(text="Grüße 👋 hier")


def finished(words):
    try:
        while True:
            next(words)
    except StopIteration as end:
        return end.value


def test_data_over_several_lines_is_one_event():
    assert list(events([b'data: {"a":\ndata: 1}\n\ndata: b\n\n'])) == [b'{"a":\n1}', b"b"]


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_break_the_stream_reader(chunks):
    with pytest.raises(RemoteError):
        finished(read_stream(chunks, str))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=9), st.lists))
def test_no_json_breaks_the_answer_reader(value):
    for body in ({"choices": value}, {"choices": [value]}, value, {"error": value}):
        with pytest.raises(RemoteError):
            read_answer(json.dumps(body).encode(), str)


def test_halves_of_a_letter_in_two_events_are_joined():
    rows = [{"choices": [{"delta": {"content": half}}]} for half in ("\ud83d", "\ude00")]
    rows.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    chunks = [f"data: {json.dumps(row)}\n\n".encode() for row in rows]
    assert finished(read_stream(chunks, str)).text == "😀"


def test_half_a_letter_alone_is_marked():
    assert read_answer(said("a\ud83d"), str).text == "a\ufffd"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": {"message": "m", "code": 3}}', "m"),
        (b'{"error": "m"}', "m"),
        (b'{"object": "error", "message": "m"}', "m"),
        (b'{"detail": "m"}', "m"),
        (b'{"detail": [{"loc": 1}]}', '[{"loc": 1}]'),
        (b"plain", "plain"),
        (b"", ""),
    ],
)
def test_the_message_of_an_error_is_found(body, message):
    assert error_message(body) == message
