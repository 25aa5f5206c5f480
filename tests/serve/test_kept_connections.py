"""Connections are kept while the engine keeps them, and a reply is whole or its end is told."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from deixis.serve.kept_connections import (
    MOST_UNREAD,
    BrokenOffError,
    KeptConnections,
    UnreachableError,
)

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Engine:
    """It answers each request with the next of its replies, and counts who connected."""

    def __init__(self, replies, then):
        self.replies, self.then = list(replies), then
        self.requests, self.num_connections = [], 0

    async def __call__(self, reader, writer):
        self.num_connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                rows = head.decode().split("\r\n")
                length = int(
                    next(row for row in rows if row.startswith("Content-Length")).split()[1]
                )
                self.requests.append((rows, await reader.readexactly(length)))
                writer.write(self.replies.pop(0))
                await writer.drain()
                if self.then == "closes":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def engine(*replies, then="stays", keep_seconds=4.0):
    one = Engine(replies, then)
    server = await asyncio.start_server(one, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pool = KeptConnections(
        f"http://127.0.0.1:{port}/v1", {"X-Own": "1"}, keep=4, keep_seconds=keep_seconds
    )
    try:
        yield one, pool
    finally:
        pool.close()
        server.close()
        await asyncio.sleep(0.01)


async def posted(pool, body=b"{}", seconds=5.0, **headers):
    deadline = asyncio.get_running_loop().time() + seconds
    told = {"connect_seconds": 5.0, "silent_seconds": seconds, "deadline": deadline}
    return await pool.post("/chat/completions", body, headers, **told)


async def read(reply, seconds=5.0):
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        return b"".join([piece async for piece in reply.pieces(seconds, deadline)])
    finally:
        reply.close()


async def asked(pool):
    reply = await posted(pool)
    return reply.status, await read(reply)


def test_a_connection_is_used_again_and_says_what_it_was_told():
    async def tried():
        async with engine(OK, OK, OK) as (one, pool):
            assert [await asked(pool) for _ in range(3)] == [(200, b"hello")] * 3
            assert one.num_connections == 1
            rows, body = one.requests[0]
            assert rows[0] == "POST /v1/chat/completions HTTP/1.1"
            assert {"X-Own: 1", "Content-Length: 2", "Connection: keep-alive"} < set(rows)
            assert body == b"{}"

    asyncio.run(tried())


def test_one_that_rested_for_long_is_not_used():
    async def tried():
        async with engine(OK, OK, keep_seconds=0.0) as (one, pool):
            assert [await asked(pool) for _ in range(2)] == [(200, b"hello")] * 2
            assert one.num_connections == 2

    asyncio.run(tried())


def test_two_requests_at_once_have_two_connections():
    async def tried():
        async with engine(OK, OK, OK) as (one, pool):
            assert await asyncio.gather(asked(pool), asked(pool)) == [(200, b"hello")] * 2
            assert one.num_connections == 2
            assert await asked(pool) == (200, b"hello")
            assert one.num_connections == 2

    asyncio.run(tried())


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nup to the end", b"up to the end"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nno", b"no"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno", b"no"),
        (
            CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            b"abcde",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"hello"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhints", b"hints"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    ],
)
def test_a_reply_ends_where_it_says(reply, body):
    async def tried():
        async with engine(reply, OK, then="closes") as (one, pool):
            assert await asked(pool) == (200, body)
            await asyncio.sleep(0.02)
            assert await asked(pool) == (200, b"hello")  # and the next has one of its own
            assert one.num_connections == 2

    asyncio.run(tried())


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        CHUNKED + b"5\r\nhel",
        CHUNKED + b"5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"",
        b"what is this\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
def test_one_that_breaks_off_is_no_reply(reply):
    async def tried():
        async with engine(reply, then="closes") as (_, pool):
            with pytest.raises(BrokenOffError):
                await asked(pool)

    asyncio.run(tried())


@pytest.mark.parametrize("more", [OK, b"HTTP/1.1 500 No\r\n\r\n", b"x"])
def test_what_nobody_asked_for_is_nobodys_answer(more):
    async def tried():
        async with engine(OK + more, OK) as (one, pool):
            assert await asked(pool) == (200, b"hello")
            await asyncio.sleep(0.02)
            assert await asked(pool) == (200, b"hello")
            assert one.num_connections == 2

    asyncio.run(tried())


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_silence_has_an_end(reply):
    async def tried():
        async with engine(reply) as (_, pool):
            with pytest.raises(TimeoutError):
                await read(await posted(pool, seconds=0.2), seconds=0.2)

    asyncio.run(tried())


def test_one_that_is_left_in_the_middle_is_not_used_again():
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"

    async def tried():
        async with engine(long, OK) as (one, pool):
            reply = await posted(pool)
            reply.close()
            assert await asked(pool) == (200, b"hello")
            assert one.num_connections == 2

    asyncio.run(tried())


def test_an_engine_waits_for_whoever_reads_slowly():
    num = 50 * MOST_UNREAD
    long = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % num + bytes(num)

    async def tried():
        async with engine(long) as (_, pool):
            reply = await posted(pool)
            await asyncio.sleep(0.2)
            assert reply._connection._num_unread < 10 * MOST_UNREAD
            assert len(await read(reply)) == num

    asyncio.run(tried())


def test_nobody_there_is_told():
    async def tried():
        pool = KeptConnections("http://127.0.0.1:9/v1", {}, keep=1, keep_seconds=1.0)
        with pytest.raises(UnreachableError):
            await asked(pool)

    asyncio.run(tried())


def test_a_header_never_holds_the_end_of_a_line():
    async def tried():
        async with engine(OK) as (one, pool):
            await read(await posted(pool, **{"Accept": "x\r\nX-Evil: 1"}))
            assert not any("Evil" in row for row in one.requests[0][0])

    asyncio.run(tried())
