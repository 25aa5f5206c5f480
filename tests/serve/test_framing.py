"""One request has one answer, however it is framed, and reaches the upstream as its very bytes.

Requests are sent as bytes where no client of HTTP would send them so.
"""

import contextlib
import json
import socket
import threading

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from deixis.serve.settings import Limits
from deixis.testing import serve
from tests.serve.raw import plain, post, sent, statuses
from tests.serve.running import running, upstream

LIMITS = Limits(header_seconds=2, body_seconds=2)


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    with running(upstream(engine), limits=LIMITS) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(engine):
    engine.requests.clear()


ONE = b"Content-Length: 5\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
HIDDEN = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
SMUGGLED = {
    "both": HEAD + ONE + CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "both, turned": HEAD + CHUNKED + ONE + b"\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": HEAD + ONE + b"Content-Length: 50\r\n\r\nhello" + HIDDEN,
    "a list of lengths": HEAD + b"Content-Length: 5, 50\r\n\r\nhello" + HIDDEN,
    "a signed length": HEAD + b"Content-Length: +5\r\n\r\nhello" + HIDDEN,
    "a blank before the colon": HEAD + b"Content-Length : 5\r\n\r\nhello" + HIDDEN,
    "an unknown encoding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked is not last": HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked twice": HEAD + CHUNKED + CHUNKED + b"\r\nzz\r\n\r\n" + HIDDEN,
    "a folded line": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\nzz\r\n\r\n" + HIDDEN,
    "bare line feeds": HEAD.replace(b"\r", b"") + b"Content-Length: 5\n\nhello" + HIDDEN,
    "a bare carriage return": HEAD + b"X: a\rContent-Length: 5\r\n\r\nhello",
    "a zero byte": HEAD + b"X: a\0b\r\n" + ONE + b"\r\nhello",
    "no chunk": HEAD + CHUNKED + b"\r\nzz\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a negative chunk": HEAD + CHUNKED + b"\r\n-5\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a giant chunk": HEAD + CHUNKED + b"\r\nffffffffffffffffff\r\nhello\r\n0\r\n\r\n" + HIDDEN,
    "a long chunk": HEAD + CHUNKED + b"\r\n5\r\nhelloXX\r\n0\r\n\r\n" + HIDDEN,
    "a chunk's bare line feed": HEAD + CHUNKED + b"\r\n5;\nhello\r\n0\r\n\r\n" + HIDDEN,
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another version": HEAD.replace(b"1.1", b"9.9") + ONE + b"\r\nhello",
    "a host and port": b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path of bytes": b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "nothing of HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("pause", [0.0, 0.2], ids=["at once", "in pieces"])
@pytest.mark.parametrize("told", SMUGGLED.values(), ids=SMUGGLED)
def test_no_request_has_two_answers(house, engine, told, pause):
    head, mark, rest = told.partition(b"\r\n\r\n")
    pieces = [head + mark, rest] if pause and rest else [told]
    answer = statuses(sent(house.url, *pieces, pause=pause))
    assert len(answer) <= 1
    assert all(status < 500 for status in answer)
    assert engine.requests == []


def test_a_broken_body_gets_no_second_answer_after_the_first(engine):
    with running(upstream(engine), keys=(), limits=LIMITS) as house:
        answer = sent(house.url, HEAD + CHUNKED + b"\r\n", b"zz\r\n\r\n" + HIDDEN, pause=0.5)
    assert statuses(answer) == [401]


def test_what_follows_a_request_is_no_answer_to_it(house, engine):
    """Garbage after a request that is still under way is not answered in its place."""
    waiting = threading.Event()
    engine.before_reply = lambda body: waiting.wait(30)
    try:
        answer = sent(house.url, post(plain(), closes=False) + b"\xff\xff\r\n\r\n")
    finally:
        waiting.set()
        engine.before_reply = lambda body: None
    assert 400 not in statuses(answer)


def test_requests_after_one_another_are_answered_in_their_order(house):
    three = [post(plain(word), closes=word == "last") for word in ("one", "two", "last")]
    answer = sent(house.url, b"".join(three))
    assert statuses(answer) == [200, 200, 200]
    assert answer.index(b"one") < answer.index(b"two") < answer.index(b"last")


def test_a_request_to_change_the_protocol_is_served_in_this_one(house):
    answer = sent(
        house.url,
        post(plain(), "Upgrade: h2c", closes=False).replace(
            b"Host", b"Connection: upgrade\r\nHost"
        ),
        b"junk\r\n\r\n",
        pause=0.5,
    )
    assert len([one for one in statuses(answer) if one == 200]) <= 1
    assert all(status < 500 for status in statuses(answer))


json_values = some.recursive(
    some.none() | some.booleans() | some.integers(-(10**20), 10**20) | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=8,
)
KNOWN = ("model", "messages", "deixis", "regions")
others = some.dictionaries(some.text(max_size=8).filter(lambda key: key not in KNOWN), json_values)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(more=others, indent=some.none() | some.integers(0, 3), is_ascii=some.booleans())
def test_a_request_without_our_keys_reaches_the_upstream_byte_by_byte(
    recorder, indent, is_ascii, more
):
    house, heard = recorder
    heard.clear()
    told = {**more, **json.loads(plain()), "stream": False}
    text = json.dumps(told, indent=indent, ensure_ascii=is_ascii)
    body = text.encode("utf-8", "surrogatepass")
    answer = httpx.post(f"{house.base}/chat/completions", content=body, timeout=60)
    assert heard == ([body] if answer.status_code == 200 else [])
    assert answer.status_code in (200, 400)


@pytest.fixture(scope="module")
def recorder():
    """A server in front of one that keeps the very bytes of each body."""
    heard = []
    listening = socket.create_server(("127.0.0.1", 0))
    answered = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

    def run():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, connection.makefile("rb") as file:
                    length = 0
                    while (line := file.readline().lower()) not in (b"\r\n", b""):
                        if line.startswith(b"content-length:"):
                            length = int(line.partition(b":")[2])
                    heard.append(file.read(length))
                    connection.sendall(answered)

    threading.Thread(target=run, daemon=True).start()

    class Engine:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"

    with running(upstream(Engine), limits=LIMITS) as house:
        yield house, heard
    listening.close()
