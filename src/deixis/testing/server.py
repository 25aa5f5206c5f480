"""A server on loopback that speaks as OpenAI's does and answers as a test has told it.

    with serve("red", "two") as server:
        model = dx.load(f"openai:any@{server.url}", dialect="unit")
        assert model.ask(image, "What colour is {cup}?", cup=cup).text == "red"
    assert server.texts == ["What colour is [0.100, ...]?"]

It needs no network, no torch and no test framework: any client of such servers can be tried on it.
"""

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, TypeAlias, final

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.untrusted_text import shown

Body: TypeAlias = Mapping[str, Any]  # Any: JSON
Framing: TypeAlias = Literal["length", "chunked", "close"]  # close: a body ends with its connection
BACKLOG = 64  # connections that wait to be taken


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What is sent for one request: its pieces, with a pause before each."""

    pieces: Sequence[bytes]
    status: int = 200
    kind: str = "application/json"  # the content type
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0  # seconds
    framing: Framing = "length"
    is_cut: bool = False  # the connection ends before the framing says so


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedRequest:
    """What somebody asked the server."""

    path: str
    headers: Mapping[str, str]
    body: Body
    time: float  # seconds of `time.monotonic`

    @property
    def text(self) -> str:
        """The words of its last message, without its pictures."""
        content = self.body["messages"][-1]["content"]
        if isinstance(content, str):
            return content
        return "".join(part["text"] for part in content if part["type"] == "text")

    @property
    def pictures(self) -> list[Image]:
        """The pictures of its last message, decoded."""
        content = self.body["messages"][-1]["content"]
        parts = [] if isinstance(content, str) else content
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        return [open_image(url) for url in urls]


Answer: TypeAlias = str | Reply
Answering: TypeAlias = Callable[[Body], Answer]


@final
class FakeServer:
    """A server's script, and what it was asked.

    A request gets the next of the replies of `then`; when none is left, what `answer` makes of its
    body: words, or a `Reply`. By default that is "answer to" the request's own words.
    `before_reply` is called with each body first, on the request's own thread: a place to wait.
    Each request takes `delay` seconds, so many of them at a time as there are. `keeps` says how
    many of the last requests are kept; all are counted.
    """

    def __init__(
        self,
        *replies: Answer,
        answer: Answering | None = None,
        delay: float = 0.0,
        keeps: int | None = None,
    ) -> None:
        self.requests: list[ReceivedRequest] = []
        self.num_requests = 0
        self.delay = delay
        self.keeps = keeps
        self.errors: list[BaseException] = []  # of `answer` and `before_reply`
        self.num_sent = 0  # pieces, of all replies
        self.most_in_flight = 0  # requests at a time
        self.is_over = threading.Event()  # set when the server closes: what waits may end
        self.before_reply: Callable[[Body], object] = lambda body: None
        self.answer: Answering = answer or (lambda body: self.say(body))
        self._next: deque[Answer] = deque()
        self.then(*replies)
        self._in_flight = 0
        self._lock = threading.Lock()
        self._http = _Http(self)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """What clients call the base URL."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def bodies(self) -> list[Body]:
        """What was posted, in order."""
        return [request.body for request in self.requests]

    @property
    def texts(self) -> list[str]:
        """The words that were asked, in order."""
        return [request.text for request in self.requests]

    def then(self, *replies: Answer) -> None:
        """The next requests get these, words or replies, one each."""
        for reply in replies:
            if not isinstance(reply, str | Reply):
                raise UsageError(
                    f"a reply is words or a Reply, got {shown(reply)}; write serve(*…)"
                )
        self._next.extend(replies)

    def wake(self) -> None:
        """From now on connections are taken; `serve` does that unless told otherwise."""
        self._http.server_activate()
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.005,))
        self._thread.start()

    def close(self) -> None:
        """Nothing is taken any more, and pauses end."""
        self.is_over.set()
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    @staticmethod
    def say(
        body: Body,
        text: str | None = None,
        finish: str = "stop",
        usage: Mapping[str, int] | None = None,
    ) -> Reply:
        """Words, whole or streamed as the body asks for; `finish` tells why they ended, and `usage`
        the tokens: {"prompt_tokens": 90, "completion_tokens": 7}.
        """
        if text is None:
            asked = ReceivedRequest(path="", headers={}, body=body, time=0.0)
            text = f"answer to {asked.text}"
        if not body.get("stream"):
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": finish}
            told = {**_head(body, "chat.completion"), "choices": [choice]}
            return FakeServer.json(told if usage is None else {**told, "usage": usage})
        words = [{"delta": {"content": part}} for part in text.partition(" ")]
        choices: list[dict[str, Any]] = [{"delta": {"role": "assistant", "content": ""}}, *words]
        choices.append({"delta": {}, "finish_reason": finish})
        head = _head(body, "chat.completion.chunk")
        rows: list[dict[str, Any]] = [
            {**head, "choices": [{"index": 0, "finish_reason": None, **choice}]}
            for choice in choices
        ]
        ends = [{**head, "choices": [], "usage": usage}] if usage else []
        return FakeServer.events([*rows, *ends])

    @staticmethod
    def fail(status: int, message: str = "no", **headers: str) -> Reply:
        """A failure: `fail(429, "slow down", Retry_After="1")`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return FakeServer.json({"error": {"message": message}}, status=status, headers=named)

    @staticmethod
    def json(value: object, **changes: Any) -> Reply:  # Any: fields of Reply
        """Any JSON."""
        return Reply(pieces=[json.dumps(value).encode()], **changes)

    @staticmethod
    def events(rows: Sequence[object], *, done: bool = True, **changes: Any) -> Reply:
        """A stream of JSON rows, with its end unless told otherwise."""
        pieces = [f"data: {json.dumps(row, ensure_ascii=False)}\n\n".encode() for row in rows]
        pieces += [b"data: [DONE]\n\n"] if done else []
        streamed = {"kind": "text/event-stream", "framing": "chunked"}
        return Reply(**{"pieces": pieces, **streamed, **changes})

    @staticmethod
    def raw(*pieces: bytes, **changes: Any) -> Reply:  # Any: fields of Reply
        """Any bytes, in pieces."""
        return Reply(pieces=pieces, **changes)

    def reply_to(self, request: ReceivedRequest) -> Reply:
        """The request is written down and gets what the script has for it."""
        with self._lock:
            self.requests.append(request)
            self.num_requests += 1
            if self.keeps is not None:
                del self.requests[: max(len(self.requests) - self.keeps, 0)]
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            reply = self._next.popleft() if self._next else None
        try:
            self.before_reply(request.body)
            if self.delay:
                self.is_over.wait(self.delay)
        finally:
            with self._lock:
                self._in_flight -= 1
        found = self.answer(request.body) if reply is None else reply
        return self.say(request.body, found) if isinstance(found, str) else found


@contextmanager
def serve(
    *replies: Answer,
    answer: Answering | None = None,
    is_awake: bool = True,
    delay: float = 0.0,
    keeps: int | None = None,
) -> Iterator[FakeServer]:
    """A server runs while this lasts, and what its script raised is raised at its end.

    One that is not awake refuses connections until its `wake` is called.
    """
    server = FakeServer(*replies, answer=answer, delay=delay, keeps=keeps)
    try:
        if is_awake:
            server.wake()
        yield server
    finally:
        server.close()
    if server.errors:
        raise server.errors[0]


def _head(body: Body, kind: str) -> dict[str, object]:
    """What stands in every answer, and in every piece of one."""
    return {"id": "chatcmpl-1", "object": kind, "created": 0, "model": body.get("model")}


class _Http(ThreadingHTTPServer):
    """The port of a script; it is taken, but refuses until it is activated."""

    daemon_threads = True
    request_queue_size = BACKLOG

    def __init__(self, script: FakeServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.script = script
        self.server_bind()

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """What a script raises is kept; that a client has gone is nothing."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.script.errors.append(error)


class _Handler(BaseHTTPRequestHandler):
    """One request and its reply."""

    protocol_version = "HTTP/1.1"
    server: _Http

    def do_POST(self) -> None:
        """Every path is answered alike."""
        self.close_connection = True
        length = int(self.headers["Content-Length"])
        data = self.rfile.read(length)
        if len(data) < length:
            return  # who asked has gone in the middle of it
        body = json.loads(data)
        request = ReceivedRequest(
            path=self.path, headers=dict(self.headers), body=body, time=time.monotonic()
        )
        reply = self.server.script.reply_to(request)
        with suppress(ConnectionError):
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        script = self.server.script
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Connection", "close")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.framing == "length":
            self.send_header("Content-Length", str(sum(map(len, reply.pieces)) + reply.is_cut))
        if reply.framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in reply.pieces:
            if reply.pause and script.is_over.wait(reply.pause):
                return
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if reply.framing == "chunked" else piece
            self.wfile.write(framed)
            self.wfile.flush()
            script.num_sent += 1
        if reply.framing == "chunked" and not reply.is_cut:
            self.wfile.write(b"0\r\n\r\n")

    @override
    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""
