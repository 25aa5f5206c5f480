"""Too many requests, and upstreams that fail: each is told so, and nothing is left behind."""

import asyncio
import gc
import json
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from deixis.serve.settings import Limits, ServedModel
from deixis.testing import serve
from tests.serve.raw import connected, plain, post, until
from tests.serve.running import running, upstream

LIMITS = Limits(in_flight=4)
MOST_CLIENTS = 300
HALF = [{"choices": [{"index": 0, "delta": {"content": "half"}}]}] * 2


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    nobody = ServedModel(name="nobody", upstream="openai:q@http://127.0.0.1:9/v1", dialect="unit")
    hasty = upstream(engine, name="hasty", silent_seconds=0.5)
    with running(upstream(engine), hasty, nobody, limits=LIMITS) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(engine, house):
    yield
    until(lambda: house.app.backends.num_in_flight == 0)
    assert house.app.room.num_bytes == 0


@pytest.fixture
def waiting(engine):
    """Requests wait at the upstream until this is set."""
    gate = threading.Event()
    engine.before_reply = lambda body: gate.wait(60)
    yield gate
    gate.set()
    engine.before_reply = lambda body: None


def ask(model="qwen", **more):
    return {**json.loads(plain()), "model": model, **more}


def ended(answer):
    """Events that a stream ends with."""
    lines = [line[6:] for line in answer.text.split("\n") if line.startswith("data: ")]
    return [one if one == "[DONE]" else json.loads(one) for one in lines]


def in_threads(num, call):
    found = []
    threads = [threading.Thread(target=lambda: found.append(call())) for _ in range(num)]
    for thread in threads:
        thread.start()
    return threads, found


def test_more_than_may_be_under_way_are_told_to_come_again(house, waiting):
    threads, found = in_threads(LIMITS.in_flight, lambda: house.post(ask()))
    until(lambda: house.app.backends.num_in_flight == LIMITS.in_flight)
    answer = house.post(ask())
    waiting.set()
    for thread in threads:
        thread.join()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert [one.status_code for one in found] == [200] * LIMITS.in_flight


@pytest.mark.parametrize("stream", [False, True])
def test_an_upstream_that_says_nothing_is_given_up(house, waiting, stream):
    answer = house.post(ask("hasty", stream=stream))
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_late")


@pytest.mark.parametrize("deixis", [{}, {"deixis": {}}], ids=["plain", "read"])
def test_an_upstream_that_falls_silent_in_a_stream_is_told_in_an_event(house, engine, deixis):
    engine.then(engine.events(HALF, pause=1.5))
    answer = house.post(ask("hasty", stream=True, **deixis))
    assert answer.status_code in (200, 504)
    code = answer.json() if answer.status_code == 504 else ended(answer)[-1]
    assert code["error"]["code"] == "upstream_late"


@pytest.mark.parametrize("deixis", [{}, {"deixis": {}}], ids=["plain", "read"])
@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_an_upstream_that_dies_in_a_stream_is_told_in_an_event(house, engine, framing, deixis):
    engine.then(engine.events(HALF, done=False, is_cut=True, framing=framing))
    answer = house.post(ask(stream=True, **deixis))
    assert ended(answer)[-1]["error"]["code"] == "upstream_broke_off"


def test_an_upstream_that_dies_in_an_answer_is_a_502(house, engine):
    engine.then(engine.json({"choices": []}, is_cut=True))
    assert house.post(ask()).status_code == 502


@pytest.mark.parametrize("stream", [False, True])
def test_an_upstream_that_refuses_is_a_502(house, stream):
    answer = house.post(ask("nobody", stream=stream))
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_unreachable")
    assert "127.0.0.1" not in answer.text


WORDS = [b"", b"null", b"[]", b"{", b'{"choices": 1}', b'{"choices": null}']


@pytest.mark.parametrize("said", [*WORDS, b"\xff", b"[" * 20_000], ids=range(8))
def test_what_is_no_answer_passes_as_it_came(house, engine, said):
    engine.then(engine.raw(said))
    answer = house.post(ask(deixis={}))
    assert (answer.status_code, answer.content) == (200, said)


EVENTS = [b"data: {\n\n", b"data: [1]\n\n", b"\n\n\n\n", b'data: {"choices": 3}\n\n', b"\xff\n\n"]
EVENTS += [b'data: {"choices": [null, {"index": "a", "delta": 3}]}\n\n', b"data", b":\n\n"]


@pytest.mark.parametrize("said", EVENTS, ids=range(len(EVENTS)))
def test_what_is_no_event_passes_as_it_came(house, engine, said):
    engine.then(engine.raw(said, kind="text/event-stream"))
    assert house.post(ask(deixis={}, stream=True)).content == said


def test_a_header_of_an_upstream_that_is_no_text_is_left_out(house, engine):
    engine.then(engine.json({}, headers={"X-Request-Id": "é", "Retry-After": "3"}))
    answer = house.post(ask())
    assert (answer.status_code, answer.headers["Retry-After"]) == (200, "3")
    assert "X-Request-Id" not in answer.headers


def left(house, engine, body):
    """A client asks, and leaves once the upstream knows of it."""
    num = engine.num_requests
    connection = connected(house.url)
    connection.sendall(post(json.dumps(body).encode(), closes=False))
    until(lambda: engine.num_requests > num)
    connection.close()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("deixis", [{}, {"deixis": {}}], ids=["plain", "read"])
def test_who_leaves_before_the_answer_began_leaves_the_upstream_too(
    house, engine, waiting, stream, deixis
):
    left(house, engine, ask(stream=stream, **deixis))
    until(lambda: house.app.backends.num_in_flight == 0)
    assert not waiting.is_set()


def test_who_leaves_a_stream_ends_it_at_the_upstream(house, engine):
    rows, num = [{"choices": []}] * 10_000, engine.num_sent
    engine.then(engine.events(rows, pause=0.02))
    with httpx.stream("POST", f"{house.base}/chat/completions", json=ask(stream=True)) as answer:
        next(answer.iter_bytes())
    until(lambda: house.app.backends.num_in_flight == 0)
    sent = engine.num_sent
    until(lambda: not any("process_request_thread" in t.name for t in threading.enumerate()))
    assert engine.num_sent - num < sent - num + 200
    assert '"status": 499' in house.log.getvalue()


def test_idle_connections_do_not_stop_others(house):
    with ExitStack() as stack:
        for _ in range(MOST_CLIENTS):
            stack.enter_context(closing(connected(house.url)))
        assert house.post(ask()).status_code == 200


def test_a_client_that_reads_nothing_does_not_stop_others(house, engine):
    engine.then(engine.raw(b"data: {}\n\n" * 4_000_000, kind="text/event-stream"))
    with closing(connected(house.url)) as connection:
        connection.sendall(post(json.dumps(ask(stream=True)).encode()))
        until(lambda: house.app.backends.num_in_flight == 1)
        assert house.post(ask()).status_code == 200


def test_a_mistake_of_ours_is_told_without_its_words(house, caplog, monkeypatch):
    def fails(*_):
        raise KeyError("a secret word")

    monkeypatch.setattr(house.app.backends, "get", fails)
    answer = house.post(ask())
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert "KeyError at" in caplog.text
    assert "secret" not in answer.text + caplog.text + house.log.getvalue()
    assert json.loads(house.log.getvalue().splitlines()[-1])["status"] == 500


def test_a_mistake_in_a_stream_is_told_in_an_event(house, engine, monkeypatch):
    def fails(*_):
        raise KeyError("a secret word")

    monkeypatch.setattr("deixis.serve.answers.RegionStream._passed", fails)
    answer = house.post(ask(stream=True, deixis={}))
    assert ended(answer)[-1]["error"]["code"] == "internal_error"
    assert "secret" not in answer.text


def num_open():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.long
def test_nothing_is_left_behind(house, engine):
    """Neither a file descriptor nor a task, after many that failed, left, or went well."""

    def once():
        engine.then(engine.json({}, is_cut=True))
        house.post(ask())
        house.post(ask("nobody", stream=True))
        house.post(ask(stream=True, deixis={}))
        engine.then(engine.events(HALF * 100, pause=0.02))
        left(house, engine, ask(stream=True))
        until(lambda: house.app.backends.num_in_flight == 0)

    once()
    before, tasks = num_open(), num_tasks()
    for _ in range(5):
        once()
    gc.collect()
    until(lambda: num_open() <= before + 2)
    until(lambda: num_tasks() <= tasks)
    assert house.post(ask()).status_code == 200


def num_tasks():
    """Tasks of all loops in this process, which the server's is one of."""
    found = [one for one in gc.get_objects() if issubclass(type(one), asyncio.Task)]
    return sum(not one.done() for one in found)


@pytest.mark.long
def test_several_processes_answer_from_when_the_port_is_told_and_end_together():
    command = [sys.executable, "-m", "deixis", "serve", "openai:q@http://127.0.0.1:9/v1"]
    command += ["--workers", "2", "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = json.loads(process.stdout.readline())["url"]
        assert httpx.get(f"{url}/health", timeout=120).json() == {"status": "ok"}
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/health", timeout=60)


def test_after_all_that_the_next_request_is_answered(house):
    assert house.post(ask()).status_code == 200
    assert httpx.get(f"{house.url}/health").status_code == 200
