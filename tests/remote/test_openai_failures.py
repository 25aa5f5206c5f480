"""Refusals, silences and deaths: what is asked again, and what is never."""

import threading
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import RemoteError, UsageError
from deixis.remote.server import seconds_to_wait

DRIPS = 3000  # a minute of them, one each fiftieth of a second


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def stream(request):
    return request.param


def test_too_many_requests_are_asked_again(server, build, ask, stream):
    server.then(server.fail(429), server.fail(429, Retry_After="0"))
    assert build(stream=stream).generate(ask("a"))[0].text == "answer to a"
    assert len(server.bodies) == 3


def test_too_many_requests_for_ever_end_after_the_retries(server, build, ask):
    server.answer = lambda body: server.fail(429, "slow down")
    with pytest.raises(RemoteError, match=r"429: slow down \(asked 3 times, never begun\)"):
        build(retries=2).generate(ask("a"))
    assert len(server.bodies) == 3


def test_without_retries_it_is_asked_once(server, build, ask):
    server.then(server.fail(429))
    with pytest.raises(RemoteError, match="asked once"):
        build(retries=0).generate(ask("a"))


def test_retry_after_is_waited_for(server, build, ask):
    server.then(server.fail(429, Retry_After="0.15"))
    build().generate(ask("a"))
    assert server.requests[1].time - server.requests[0].time >= 0.15


def test_no_wait_is_longer_than_the_longest(server, build, ask):
    later = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    server.then(server.fail(429, Retry_After=later), server.fail(429, Retry_After="3600"))
    build(longest_wait=0.01).generate(ask("a"))
    assert len(server.bodies) == 3  # it would be hours


def test_waits_double(server, build, ask):
    server.then(*[server.fail(429) for _ in range(3)])
    build(first_wait=0.04).generate(ask("a"))
    gaps = [after.time - before.time for before, after in pairwise(server.requests)]
    assert [gap >= least for gap, least in zip(gaps, (0.04, 0.08, 0.16), strict=True)] == [True] * 3


def test_a_failure_elsewhere_ends_a_wait(server, build, ask):
    server.answer = lambda body: (
        server.fail(429, Retry_After="30") if server.texts[-1] == "a" else server.fail(400)
    )
    with pytest.raises(RemoteError):
        build(concurrency=1).generate(ask("b", "a"))
    with pytest.raises(RemoteError):
        build(concurrency=2).generate(ask("a", "b"))
    assert server.texts.count("a") <= 1  # it would be asked again after its wait


def test_a_server_that_names_a_time_to_come_back_is_asked_again(server, build, ask, stream):
    server.then(server.fail(503, Retry_After="0"))
    assert build(stream=stream).generate(ask("a"))[0].text == "answer to a"
    assert len(server.bodies) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_broken_server_is_asked_exactly_once(server, build, ask, stream, status):
    server.answer = lambda body: server.fail(status, "oh no")
    with pytest.raises(RemoteError, match=f"{status}: oh no; it may have been paid for"):
        build(stream=stream).generate(ask("a"))
    assert len(server.bodies) == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_refused_request_is_asked_exactly_once(server, build, ask, status):
    server.answer = lambda body: server.fail(status, "picture too large")
    with pytest.raises(RemoteError, match=f"{status}: picture too large; it was not answered"):
        build().generate(ask("a"))
    assert len(server.bodies) == 1


@pytest.mark.parametrize(("status", "advice"), [(401, "api_key"), (403, "api_key"), (404, "/v1")])
def test_a_wrong_key_or_model_is_the_users_mistake(server, build, ask, status, advice):
    server.answer = lambda body: server.fail(status)
    with pytest.raises(UsageError, match=advice):
        build().generate(ask("a"))
    assert len(server.bodies) == 1


def test_a_redirect_to_what_is_no_url_is_told(server, build, ask):
    server.then(server.raw(b"", status=302, headers={"Location": "hon: http://127.0.0.1/"}))
    with pytest.raises(RemoteError, match="redirects to what is no URL"):
        build().generate(ask("a"))
    assert len(server.bodies) == 1


def test_a_redirect_is_not_followed(server, build, ask):
    server.then(server.raw(b"", status=307, headers={"Location": "http://elsewhere/v1"}))
    with pytest.raises(RemoteError, match="redirects to http://elsewhere/v1, which is not"):
        build().generate(ask("a"))
    assert len(server.bodies) == 1


def test_a_refused_connection_is_tried_until_the_server_is_up(sleeping_server, build, ask):
    threading.Timer(0.08, sleeping_server.wake).start()
    answers = build(first_wait=0.05, retries=4).generate(ask("a"))
    assert answers[0].text == "answer to a"
    assert len(sleeping_server.bodies) == 1


def test_a_server_that_never_comes_up_is_named(sleeping_server, build, ask):
    with pytest.raises(RemoteError, match=r"cannot reach http://127.*asked 2 times, never begun"):
        build(retries=1).generate(ask("a"))


def test_a_silent_server_is_asked_exactly_once(server, build, ask, stream):
    server.before_reply = lambda body: server.is_over.wait(3)
    with pytest.raises(RemoteError, match=r"silent for read_timeout=0\.1 s; it may have been paid"):
        build(stream=stream, read_timeout=0.1).generate(ask("a"))
    assert len(server.bodies) == 1


def test_a_dripping_stream_ends_at_the_total_timeout(server, build, ask):
    rows = [{"choices": [{"delta": {"content": "drop "}}]}] * DRIPS
    server.answer = lambda body: server.events(rows, pause=0.02)
    with pytest.raises(RemoteError, match=r"within total_timeout=0\.2 s; it may have been paid"):
        build(stream=True, total_timeout=0.2).generate(ask("a"))
    assert server.num_sent < DRIPS
    assert len(server.bodies) == 1


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_dripping_body_ends_at_the_total_timeout(server, build, ask, framing):
    server.answer = lambda body: server.raw(*[b" "] * DRIPS, pause=0.02, framing=framing)
    with pytest.raises(RemoteError, match=r"within total_timeout=0\.2 s"):
        build(total_timeout=0.2).generate(ask("a"))
    assert server.num_sent < DRIPS


def test_a_stuck_answer_ends_at_the_total_timeout_before_the_read_timeout(server, build, ask):
    server.before_reply = lambda body: server.is_over.wait(60)
    with pytest.raises(RemoteError, match=r"within total_timeout=0\.15 s"):
        build(total_timeout=0.15, read_timeout=60.0).generate(ask("a"))
    assert server.num_sent == 0


def test_dripping_headers_end_at_the_total_timeout(server, build, ask):
    drip = {f"X-{number}": "x" for number in range(3)}

    def slowly(body):
        return server.raw(b"", headers=SlowHeaders(drip, server.is_over))

    server.answer = slowly
    with pytest.raises(RemoteError, match=r"within total_timeout=0\.2 s"):
        build(total_timeout=0.2).generate(ask("a"))


class SlowHeaders(dict):
    """Headers of which the next is known only after a while."""

    def __init__(self, headers, is_over):
        super().__init__(headers)
        self.is_over = is_over

    def items(self):
        for pair in super().items():
            self.is_over.wait(1)
            yield pair


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_server_that_dies_in_its_answer_is_asked_exactly_once(server, build, ask, framing):
    server.answer = lambda body: server.raw(b'{"choices": [{"mess', framing=framing, is_cut=True)
    with pytest.raises(RemoteError, match="it may have been paid for"):
        build().generate(ask("a"))
    assert len(server.bodies) == 1


@pytest.mark.parametrize("framing", ["chunked", "close"])
def test_a_server_that_dies_in_its_stream_is_asked_exactly_once(server, build, ask, framing):
    rows = [{"choices": [{"delta": {"content": "half"}}]}]
    server.answer = lambda body: server.events(rows, done=False, framing=framing, is_cut=True)
    with pytest.raises(RemoteError, match="it may have been paid for"):
        build(stream=True).generate(ask("a"))
    assert len(server.bodies) == 1


def test_the_words_before_a_death_are_given_and_then_the_error(server, build, ask):
    rows = [{"choices": [{"delta": {"content": "half"}}]}]
    server.then(server.events(rows, done=False, is_cut=True))
    words = build().stream(ask("a")[0])
    assert next(words) == "half"
    with pytest.raises(RemoteError, match="the connection broke"):
        next(words)


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_the_key_is_in_no_error(server, build, ask, key, status):
    server.answer = lambda body: server.fail(status, f"wrong key: {key} " + "x" * 5000)
    with pytest.raises((RemoteError, UsageError)) as failed:
        build(retries=0).generate(ask("a"))
    shown = "".join(traceback.format_exception(failed.value))
    assert "wrong key: [key]" in shown
    assert key not in shown


def test_a_long_message_of_the_server_is_cut(server, build, ask):
    server.answer = lambda body: server.fail(400, "very " * 1000 + "\x1b[31m")
    with pytest.raises(RemoteError) as failed:
        build().generate(ask("a"))
    assert len(str(failed.value)) < 500


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("", None), ("soon", None), ("-3", None), ("nan", None)],
)
def test_retry_after_is_read_as_seconds(header, seconds):
    assert seconds_to_wait(header) == seconds


def test_retry_after_is_read_as_a_date():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 88 < seconds_to_wait(later) <= 90


def test_a_date_that_has_passed_is_no_wait():
    assert seconds_to_wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@given(st.text())
def test_no_retry_after_breaks_the_reader(header):
    assert seconds_to_wait(header) is None or seconds_to_wait(header) >= 0
