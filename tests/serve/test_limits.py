"""A request that is too much, too slow, or none at all is refused with a reason."""

import json
import socket
import threading
from contextlib import closing

import httpx
import pytest

from deixis.serve.api_error import ApiError
from deixis.serve.bodies import Room
from deixis.serve.settings import Limits
from deixis.testing import serve
from tests.serve.raw import (
    connected,
    encoded,
    plain,
    post,
    sent,
    statuses,
    until_closed,
    with_picture,
)
from tests.serve.running import running, upstream
from tests.serve.test_chat import BOX

LIMITS = Limits(
    body_bytes=400_000,
    body_seconds=1.5,
    header_seconds=1.5,
)


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


def code_of(answer):
    return json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"]


def test_a_length_beyond_the_limit_is_refused_before_its_bytes_come(house):
    answer = sent(house.url, post(b"", length=LIMITS.body_bytes + 1))
    assert statuses(answer) == [413]
    assert code_of(answer) == "too_large"


@pytest.mark.parametrize("length", ["9" * 30, "9" * 5000], ids=["30", "5000"])
def test_a_length_that_is_no_number_of_bytes_is_refused(house, length):
    (status,) = statuses(sent(house.url, post(b"", length=length)))
    assert status in (400, 413)


def test_a_body_without_a_length_is_refused_once_it_is_too_long(house, engine):
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    head = post(b"", "Transfer-Encoding: chunked", length="")
    assert statuses(sent(house.url, head + chunk * 14)) == [413]
    assert engine.requests == []


def test_a_body_that_trickles_in_is_given_up(house):
    stop = threading.Event()
    with closing(connected(house.url)) as connection:
        connection.sendall(post(b"", length=300_000, closes=False))

        def trickle():
            while not stop.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

        slow = threading.Thread(target=trickle)
        slow.start()
        try:
            answer = until_closed(connection)
        finally:
            stop.set()
            slow.join()
    assert statuses(answer) == [408]


def test_a_body_that_stops_is_given_up(house):
    assert statuses(sent(house.url, post(b"{", length=100, closes=False))) == [408]


def test_all_bodies_together_have_so_much_room():
    room = Room(10)
    room.take(6)
    with pytest.raises(ApiError) as refused:
        room.take(5)
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "1")
    room.leave(6)
    room.take(10)


def test_no_room_is_kept_after_an_answer(house):
    house.post(json.loads(plain()))
    assert house.app.room.num_bytes == 0


BODIES = {
    "brackets": b"[" * 100_000,
    "deep": plain(more=1)[:-1] + b',"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "nothing": b"",
    "list": b"[1]",
    "cut": plain()[:-1],
    "twice": plain()[:-1] + b',"model":"other"}',
    "latin": plain("x").replace(b"x", b"\xff"),
    "utf-16": plain().decode().encode("utf-16"),
    "half": plain("x").replace(b"x", b"\xed\xa0\x80"),
    "digits": plain()[:-1] + b',"x":' + b"9" * 5000 + b"}",
    "no model": b"{}",
    "model": b'{"model": {"a": 1}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_no_request_is_said_so(house, engine, body):
    answer = sent(house.url, post(body))
    assert statuses(answer) == [400]
    assert engine.requests == []


def test_many_small_values_are_refused_before_they_are_read():
    from deixis.serve.json_body import MOST_VALUES, read_json

    with pytest.raises(ApiError, match="values"):
        read_json(b"[" + b"{}," * MOST_VALUES + b"{}]")


def test_depth_between_reading_and_writing_is_no_mistake_of_ours(house):
    for depth in (900, 980, 990, 1000, 5000):
        deep = b"[" * depth + b"]" * depth
        body = json.dumps(with_picture(encoded("PNG", 400))).encode()
        answer = sent(house.url, post(body[:-1] + b',"x":' + deep + b"}"))
        assert statuses(answer)[0] in (200, 400)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999"])
def test_a_number_that_json_has_no_word_for_is_not_handed_on(house, engine, value):
    body = json.dumps(with_picture(encoded("PNG", 400)))[:-1] + f', "x": {value}}}'
    assert statuses(sent(house.url, post(body.encode()))) == [400]
    assert engine.requests == []


HALVES = [
    plain().replace(b"qwen", b"\\ud800"),
    json.dumps(with_picture("data:image/png;base64,\ud800")).encode(),
    json.dumps(with_picture(encoded("PNG", 400), regions={"\ud800": BOX})).encode(),
    json.dumps(with_picture(encoded("PNG", 400), deixis={"encoding": "\ud800"})).encode(),
    json.dumps(with_picture(encoded("PNG", 400), deixis={"\ud800": 1})).encode(),
    json.dumps(with_picture(encoded("PNG", 400), deixis={"dialect": "\udfff"})).encode(),
]


@pytest.mark.parametrize("body", HALVES, ids=["model", "url", "name", "encoding", "key", "dialect"])
def test_half_a_letter_is_refused_wherever_it_stands(house, engine, body):
    (status,) = statuses(sent(house.url, post(body)))
    assert status in (400, 404)
    assert engine.requests == []


def test_half_a_letter_in_words_goes_on(house, engine):
    body = json.dumps(with_picture(encoded("PNG", 400))).replace("{it}", "{it} \\ud800")
    assert statuses(sent(house.url, post(body.encode()))) == [200]
    assert engine.requests[0].text.endswith("\ud800")


def test_ten_thousand_regions_are_refused(house, engine):
    regions = {f"r{n}": [1, 2] for n in range(10_000)}
    answer = house.post(with_picture("data:image/png;base64,AAAA", regions=regions))
    assert answer.status_code == 400
    assert "at most 256 regions" in answer.json()["error"]["message"]


@pytest.mark.parametrize("deixis", [None, [], 1, {"picture": 2}, {"picture": True}, {"read": 1}])
def test_settings_that_cannot_be_are_told(house, deixis):
    answer = house.post(with_picture(encoded("PNG", 400), deixis=deixis))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"].startswith("deixis")


def test_a_dialect_that_is_none_is_refused_before_the_upstream_is_asked(house, engine):
    answer = house.post({**json.loads(plain()), "deixis": {"dialect": "nonsense"}})
    assert answer.status_code == 400
    assert engine.requests == []
    assert house.app.backends.num_in_flight == 0


def test_headers_that_no_upstream_can_be_sent_are_left_out(house, engine):
    answer = sent(house.url, post(plain(), "X-Request-Id: é", "Accept: ÿ"))
    assert statuses(answer) == [200]
    assert "X-Request-Id" not in engine.requests[0].headers


def test_a_connection_that_says_nothing_is_closed(house):
    assert sent(house.url) == b""


def test_headers_that_do_not_end_in_time_are_closed(house):
    assert sent(house.url, b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: ") == b""


FLOODS = {
    "one header": b"GET /health HTTP/1.1\r\nX: " + b"a" * 900_000,
    "many headers": b"GET /health HTTP/1.1\r\n" + b"X: a\r\n" * 90_000,
    "a name": b"GET /health HTTP/1.1\r\n" + b"a" * 900_000,
    "an address": b"GET /" + b"a" * 900_000,
    "many that end": b"GET /health HTTP/1.1\r\n" + b"X: a\r\n" * 20_000 + b"\r\n",
    "trailers": post(b"0\r\n", "Transfer-Encoding: chunked", length="") + b"X: a\r\n" * 90_000,
    "extensions": post(b"5;", "Transfer-Encoding: chunked", length="") + b"a" * 900_000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_of_headers_is_closed(house, flood):
    assert statuses(sent(house.url, flood)) in ([], [400])


def test_a_half_closed_connection_is_answered(house):
    with closing(connected(house.url)) as connection:
        connection.sendall(post(plain()))
        connection.shutdown(socket.SHUT_WR)
        assert statuses(until_closed(connection)) in ([200], [])


def test_after_all_that_the_next_request_is_answered(house):
    assert httpx.get(f"{house.url}/health").status_code == 200
    assert house.post(json.loads(plain())).status_code == 200
    assert house.app.backends.num_in_flight == 0
    assert house.app.room.num_bytes == 0
