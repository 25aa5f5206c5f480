"""Servers that break the rules by which an answer's end is found."""

import contextlib
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from deixis.core.errors import FetchError
from deixis.core.fetch import FetchPolicy, fetch_bytes

MIB = 1 << 20
PICTURE = b"\x89PNG\r\n\x1a\n"  # its start is enough here
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def fetch() -> Iterator[Callable[..., bytes]]:
    """Fetches from a server that sends `start`, and `more` over and over if there is any."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        threads: list[threading.Thread] = []

        def fetch(start: bytes, more: bytes = b"", **changes: object) -> bytes:
            def serve() -> None:
                connection, _ = listening.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(start)
                    while more:
                        connection.sendall(more)

            threads.append(threading.Thread(target=serve))
            threads[-1].start()
            settings = {"allowed_networks": ("127.0.0.1/32",), "allowed_ports": (port,)}
            policy = FetchPolicy(**({"total_timeout": 3.0} | settings | changes))
            return fetch_bytes(f"http://127.0.0.1:{port}/", policy).data

        yield fetch
        for thread in threads:
            thread.join()


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """The most bytes that were held at a time since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.mark.parametrize("size", [b"-1", b"-0", b"+8", b"0x8", b"0_8", b" 8", b"", b"8" * 21])
def test_a_chunk_of_no_size_is_refused(
    fetch: Callable[..., bytes], peak: Callable[[], int], size: bytes
) -> None:
    with pytest.raises(FetchError, match="does not speak HTTP"):
        fetch(CHUNKED + size + b"\r\n" + PICTURE, bytes(65536), max_bytes=MIB)
    assert peak() < 8 * MIB


def test_endless_chunks_end_at_the_byte_cap(
    fetch: Callable[..., bytes], peak: Callable[[], int]
) -> None:
    with pytest.raises(FetchError, match="more than the limit of 1048576 bytes"):
        fetch(CHUNKED, b"ffff\r\n" + bytes(0xFFFF) + b"\r\n", max_bytes=MIB)
    assert peak() < 8 * MIB


def test_a_huge_chunk_ends_at_the_byte_cap(
    fetch: Callable[..., bytes], peak: Callable[[], int]
) -> None:
    with pytest.raises(FetchError, match="more than the limit of 1048576 bytes"):
        fetch(CHUNKED + b"f" * 20 + b"\r\n", bytes(65536), max_bytes=MIB)
    assert peak() < 8 * MIB


@pytest.mark.long
def test_many_small_chunks_take_no_more_memory_than_their_bytes(
    fetch: Callable[..., bytes], peak: Callable[[], int]
) -> None:
    chunks = b"2\r\nab\r\n" * 20_000
    with pytest.raises(FetchError, match="by its content"):
        fetch(CHUNKED + chunks + b"0\r\n\r\n", max_bytes=MIB, total_timeout=60.0)
    assert peak() < MIB


@pytest.mark.parametrize(
    "start",
    [
        OK + b"X: ",
        OK,
        b"",
        CHUNKED + b"8;",
        CHUNKED + b"8\r\n" + PICTURE + b"\r\n0\r\n",
    ],
)
def test_endless_lines_are_refused(
    fetch: Callable[..., bytes], peak: Callable[[], int], start: bytes
) -> None:
    with pytest.raises(FetchError, match="does not speak HTTP"):
        fetch(start, b"a" * 65536)
    assert peak() < 8 * MIB


def test_answers_that_only_tell_of_one_to_come_end_with_the_time(
    fetch: Callable[..., bytes], peak: Callable[[], int]
) -> None:
    with pytest.raises(FetchError, match="did not answer in time"):
        fetch(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100, total_timeout=0.3)
    assert peak() < 8 * MIB


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: -8",
        b"Content-Length: +8",
        b"Content-Length: 8_0",
        b"Content-Length: 8\r\nContent-Length: 9",
        b"Content-Length: " + b"8" * 5000,
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        b"No colon",
        b"Bad name: 8",
        b"X: a\x00b",
    ],
)
def test_headers_that_are_read_in_two_ways_are_refused(
    fetch: Callable[..., bytes], headers: bytes
) -> None:
    with pytest.raises(FetchError, match="does not speak HTTP"):
        fetch(OK + headers + b"\r\n\r\n" + PICTURE)


@pytest.mark.parametrize(
    "answer",
    [
        CHUNKED + b"8\r\n" + PICTURE + b"\r\n0\r\n\r\n",
        CHUNKED
        + b"04;a=b\r\n"
        + PICTURE[:4]
        + b"\r\n4\r\n"
        + PICTURE[4:]
        + b"\r\n0\r\nX: y\r\n\r\n",
        OK + b"Content-Length: 8\r\n\r\n" + PICTURE,
        OK + b"\r\n" + PICTURE,
        b"HTTP/1.0 200 OK\r\n\r\n" + PICTURE,
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        + OK
        + b"Content-Length: 8\r\n\r\n"
        + PICTURE,
    ],
)
def test_each_way_to_tell_the_end_is_read(fetch: Callable[..., bytes], answer: bytes) -> None:
    assert fetch(answer) == PICTURE


def test_chunks_that_break_off_are_refused(fetch: Callable[..., bytes]) -> None:
    with pytest.raises(FetchError, match="does not speak HTTP"):
        fetch(CHUNKED + b"8\r\n" + PICTURE)
