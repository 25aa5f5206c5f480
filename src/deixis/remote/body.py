"""The bytes of a server's answer: unpacked piece by piece, so that no cap is passed between two."""

import zlib
from collections.abc import Iterator
from typing import final

import httpx

from deixis.core.errors import RemoteError
from deixis.remote.answer import MAY_BE_PAID

PIECE = 65_536  # bytes that are unpacked at a time
PLAIN = ("", "identity")
PACKED = ("gzip", "x-gzip", "deflate")
ANY_HEADER = 32 + zlib.MAX_WBITS  # zlib finds out which of the two it is


def body_pieces(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """The body in pieces, until more than `limit` bytes have come in or gone out.

    No encoding is asked for. A gateway that packs all the same is read where it packs once, by
    gzip or deflate; RemoteError where it packs otherwise, or what it packed is broken.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in PLAIN:
        yield from response.iter_raw()
    elif encoding in PACKED:
        yield from _Unpacked(limit).pieces(response.iter_raw())
    else:
        raise RemoteError(
            f"the server packed its answer as {encoding!r:.60}, which was not asked for and is not "
            f"read: switch that off there; {MAY_BE_PAID}"
        )


@final
class _Unpacked:
    """What one layer of gzip or deflate holds."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._unpacker = zlib.decompressobj(ANY_HEADER)

    def pieces(self, packed: Iterator[bytes]) -> Iterator[bytes]:
        """At most PIECE bytes at a time. What comes in is counted too: it may hold nothing."""
        num_packed = 0
        for chunk in packed:
            num_packed += len(chunk)
            if num_packed > self._limit:
                raise RemoteError(
                    f"the answer is longer than max_response_bytes={self._limit} while it is "
                    f"packed; {MAY_BE_PAID}"
                )
            yield from self._unpacked(chunk)
        if not self._unpacker.eof:
            raise RemoteError(f"the server's packed answer was cut; {MAY_BE_PAID}")

    def _unpacked(self, chunk: bytes) -> Iterator[bytes]:
        rest, piece = chunk, b""
        while not self._unpacker.eof and (rest or len(piece) == PIECE):
            try:
                piece = self._unpacker.decompress(rest, PIECE)
            except zlib.error as error:
                reason = f"the server's packed answer is broken: {error}; {MAY_BE_PAID}"
                raise RemoteError(reason) from None
            rest = self._unpacker.unconsumed_tail
            if piece:
                yield piece
