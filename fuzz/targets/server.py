"""A server that answers whatever it likes: to a question, and to a picture's URL."""

import json
import socket
import threading
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from deixis.core.fetch import FetchPolicy, fetch_bytes
from deixis.models.interface import Question
from deixis.remote.model import OpenAIModel
from deixis.remote.server_settings import Remote
from fuzz import hostile
from fuzz.mutate import bytes_mutant, text_mutant
from fuzz.targets import Target
from fuzz.trying import tried

PATIENCE = 1.5  # seconds of a whole answer
MOST = 1 << 20  # bytes of an answer that is let in
CODINGS = ("gzip", "deflate", "br", "zstd", "identity", "gzip, gzip", "deflate, gzip", "x")


@final
class Server(Target):
    """The raw bytes of an answer; where a line `* N` leads, they are followed by N MiB of zeros."""

    deadline = 15.0
    room = 512

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.listener: socket.socket | None = None
        self.answer = b""

    def seeds(self) -> Sequence[bytes]:
        """Answers as they should be: whole, streamed, chunked, refused, and a picture."""
        said = {"choices": [{"message": {"content": "a cup"}, "finish_reason": "stop"}]}
        whole = json.dumps(said).encode()
        event = {"choices": [{"delta": {"content": "a cup"}, "finish_reason": None}]}
        stream = b"data: " + json.dumps(event).encode() + b"\n\ndata: [DONE]\n\n"
        chunked = (
            b"Transfer-Encoding: chunked\r\nContent-Type: image/png\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        )
        packed = zlib.compressobj(wbits=31)
        zipped = packed.compress(whole) + packed.flush()
        coded = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(zipped)
        return [
            _http(whole, b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(whole)),
            _http(stream, b"Content-Type: text/event-stream\r\n"),
            b"HTTP/1.1 200 OK\r\n" + chunked,
            _http(zipped, coded),
            _http(b'{"error": {"message": "slow"}}', b"Retry-After: 0\r\n", b"429 No"),
            _http(b"", b"Location: http://127.0.0.1/\r\n", b"302 Found"),
            _http(b"\x89PNG\r\n\x1a\n", b"Content-Type: image/png\r\n"),
        ]

    def made(self, generator: np.random.Generator) -> bytes:
        """An answer that grows: packed zeros, endless chunks, endless lines."""
        size = hostile.many(generator, 8 << 20)
        coding = str(generator.choice(CODINGS))
        body = b"\0" * size
        for _ in coding.split(","):
            packed = zlib.compressobj(9, wbits=31)
            body = packed.compress(body) + packed.flush()
        kind = str(generator.choice(["application/json", "image/png", "text/event-stream"]))
        head = f"Content-Encoding: {coding}\r\nContent-Type: {kind}\r\n".encode()
        status = bytes(generator.choice([b"200 OK", b"200 OK", b"400 No", b"500 Oh"]))
        if generator.random() < 0.4:
            first = generator.choice(
                [b"-1", b"+1", b"0x1", b"FFFFFFFF", b"7fffffffffffffff", b"1 ;", b""]
            )
            head = b"Transfer-Encoding: chunked\r\nContent-Type: image/png\r\n"
            body = bytes(first) + b"\r\n"
            return b"* %d\n" % int(generator.integers(1, 2000)) + _http(body, head, status)
        return _http(body, head, status)

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """Changed as bytes or as text."""
        try:
            data.decode()
        except UnicodeDecodeError:
            return bytes_mutant(data, generator)
        return (text_mutant if generator.random() < 0.3 else bytes_mutant)(data, generator)

    def run(self, data: bytes) -> None:
        """Ask it, have a stream of it, and fetch a picture from it."""
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", 0))
            threading.Thread(target=self._serve, daemon=True).start()
        self.answer = data
        port = self.listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        question = Question(pictures=(), text="what?")
        for stream in (False, True):
            remote = Remote(
                **{"model": "m", "url": url, "stream": stream, "retries": 1, "first_wait": 0.0},
                **{"longest_wait": 0.0, "read_timeout": PATIENCE, "total_timeout": PATIENCE},
                max_response_bytes=MOST,
            )
            with OpenAIModel(remote) as model:
                tried(model.generate, [question])
        policy = FetchPolicy(
            **{"max_bytes": MOST, "read_timeout": PATIENCE, "total_timeout": PATIENCE},
            allowed_networks=("127.0.0.1/32",),
            allowed_ports=(port,),
        )
        tried(fetch_bytes, f"{url}/x.png", policy)

    def _serve(self) -> None:
        assert self.listener is not None
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._give, args=(connection,), daemon=True).start()

    def _give(self, connection: socket.socket) -> None:
        """Send the answer, and what follows it, as long as it is taken."""
        data, tail = self.answer, 0
        head, _, rest = data.partition(b"\n")
        if head.startswith(b"* ") and head[2:].isdigit():
            data, tail = rest, min(int(head[2:]), 4000)
        until = time.monotonic() + 4 * PATIENCE
        try:
            with connection:
                connection.settimeout(PATIENCE)
                connection.recv(1 << 16)
                connection.sendall(data)
                for _ in range(tail):
                    if time.monotonic() > until:
                        return
                    connection.sendall(b"\0" * (1 << 20))
        except OSError:
            return


def _http(body: bytes, head: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\n" + body
