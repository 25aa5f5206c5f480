"""Answers that were packed, though no packing was asked for."""

import gzip
import json
import tracemalloc
import zlib

import pytest

from deixis.core.errors import RemoteError

MIB = 1 << 20
BOMB = gzip.compress(bytes(64 * MIB), 9)  # 64 MiB in 64 KB
TWICE = gzip.compress(BOMB, 9)


def packed(server, body, encoding, **changes):
    return server.raw(body, headers={"Content-Encoding": encoding}, **changes)


@pytest.fixture
def peak():
    """The most bytes that were held at a time since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (BOMB, "gzip", "longer than max_response_bytes=100000"),
        (TWICE, "gzip, gzip", "packed its answer as 'gzip, gzip'"),
        (TWICE, "gzip", "longer than max_response_bytes=100000|not JSON|finish_reason"),
    ],
)
def test_a_packed_answer_holds_no_more_memory_than_its_cap_allows(
    server, build, ask, peak, stream, body, encoding, reason
):
    kind = "text/event-stream" if stream else "application/json"
    server.then(packed(server, body, encoding, kind=kind))
    with pytest.raises(RemoteError, match=reason):
        build(max_response_bytes=100_000, stream=stream).generate(ask("?"))
    assert peak() < 8 * MIB


@pytest.mark.parametrize(("body", "encoding"), [(BOMB, "gzip"), (TWICE, "gzip, gzip")])
def test_a_packed_reason_holds_no_more_memory_than_a_reason_may(
    server, build, ask, peak, body, encoding
):
    server.then(packed(server, body, encoding, status=400))
    with pytest.raises(RemoteError, match="answered 400"):
        build().generate(ask("?"))
    assert peak() < 8 * MIB


def test_what_holds_nothing_though_it_is_long_ends_at_the_cap(server, build, ask):
    header = zlib.compressobj(wbits=31).flush(zlib.Z_FULL_FLUSH)
    empty_blocks = header + b"\x00\x00\x00\xff\xff" * 100_000
    server.then(packed(server, empty_blocks, "gzip"))
    with pytest.raises(RemoteError, match="max_response_bytes=100000 while it is packed"):
        build(max_response_bytes=100_000).generate(ask("?"))


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, identity", "x"])
def test_another_packing_is_named(server, build, ask, encoding):
    server.then(packed(server, b"whatever", encoding))
    with pytest.raises(RemoteError, match=f"packed its answer as '{encoding}'"):
        build().generate(ask("?"))


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("X-GZip", gzip.compress),
        ("deflate", zlib.compress),
        ("identity", bytes),
    ],
)
def test_an_answer_that_a_gateway_packed_once_is_read(server, build, ask, encoding, pack):
    long = "word " * 60_000
    body = {"choices": [{"message": {"content": long}, "finish_reason": "stop"}]}
    server.then(packed(server, pack(json.dumps(body).encode()), encoding))
    (completion,) = build().generate(ask("?"))
    assert completion.text == long


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b'{"choices": []}')[:-9], "was cut"),
        (b"no gzip at all", "is broken"),
        (b"", "was cut"),
    ],
    ids=["cut", "foreign", "empty"],  # packed bytes hold the time
)
def test_a_broken_packing_is_told(server, build, ask, body, reason):
    server.then(packed(server, body, "gzip"))
    with pytest.raises(RemoteError, match=f"packed answer {reason}"):
        build().generate(ask("?"))
