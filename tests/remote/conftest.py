"""A real HTTP server on loopback that answers as each test has scripted."""

import json
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

KEY = "sk-very-secret-0123456789"


@dataclass(kw_only=True)
class Reply:
    """What is sent, in pieces with a pause before each."""

    pieces: list
    status: int = 200
    kind: str = "application/json"
    headers: dict = field(default_factory=dict)
    pause: float = 0.0
    framing: str = "length"  # length, chunked, or close: the body ends with its connection
    is_cut: bool = False  # the connection ends before the framing says so


class Handler(BaseHTTPRequestHandler):
    """Records each request and sends the next scripted reply."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        script = self.server.script
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = script.enter(self.path, dict(self.headers), body)
        self.close_connection = True
        with suppress(ConnectionError):
            self.send(reply)

    def send(self, reply):
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
            if reply.pause and self.server.script.is_over.wait(reply.pause):
                return
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if reply.framing == "chunked" else piece
            self.wfile.write(framed)
            self.wfile.flush()
            self.server.script.num_sent += 1
        if reply.framing == "chunked" and not reply.is_cut:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


class Script:
    """What the server was asked, and what it is to answer; `say` unless told otherwise."""

    def __init__(self):
        self.paths, self.headers, self.bodies = [], [], []
        self.times = []
        self.num_sent = 0  # pieces, of all replies
        self.most_in_flight = 0
        self.is_over = threading.Event()
        self.before_reply = lambda body: None
        self.answer = self.say
        self._next = deque()
        self._in_flight = 0
        self._lock = threading.Lock()
        self.port = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def texts(self):
        return [body["messages"][-1]["content"][-1]["text"] for body in self.bodies]

    def then(self, *replies):
        self._next.extend(replies)

    def enter(self, path, headers, body):
        with self._lock:
            self.paths.append(path)
            self.headers.append(headers)
            self.bodies.append(body)
            self.times.append(time.monotonic())
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            reply = self._next.popleft() if self._next else None
        self.before_reply(body)
        with self._lock:
            self._in_flight -= 1
        return reply or self.answer(body)

    def say(self, body, text=None, finish="stop"):
        text = (
            text if text is not None else f"answer to {body['messages'][-1]['content'][-1]['text']}"
        )
        if not body["stream"]:
            return self.json({"choices": [{"message": {"content": text}, "finish_reason": finish}]})
        words = [{"delta": {"content": part}} for part in text.partition(" ")]
        choices = [{"delta": {"role": "assistant", "content": ""}}, *words]
        choices.append({"delta": {}, "finish_reason": finish})
        return self.events([{"choices": [choice]} for choice in choices])

    def events(self, rows, *, done=True, **changes):
        pieces = [f"data: {json.dumps(row, ensure_ascii=False)}\n\n".encode() for row in rows]
        pieces += [b"data: [DONE]\n\n"] if done else []
        return Reply(
            **{"pieces": pieces, "kind": "text/event-stream", "framing": "chunked"} | changes
        )

    def json(self, value, **changes):
        return Reply(pieces=[json.dumps(value).encode()], **changes)

    def raw(self, *pieces, **changes):
        return Reply(pieces=list(pieces), **changes)

    def fail(self, status, message="no", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.json({"error": {"message": message}}, status=status, headers=named)


@pytest.fixture(autouse=True)
def _without_key_of_the_machine(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("DEIXIS_API_KEY", raising=False)


@pytest.fixture
def key():
    return KEY


@pytest.fixture
def sleeping_server():
    """A server whose port refuses connections until `wake` is called."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    http.daemon_threads = True
    http.request_queue_size = 64
    http.server_bind()
    http.script = script = Script()
    script.port = http.server_address[1]
    threads = []

    def wake():
        http.server_activate()
        thread = threading.Thread(target=http.serve_forever, args=(0.005,))
        thread.start()
        threads.append(thread)

    script.wake = wake
    yield script
    script.is_over.set()
    if threads:
        http.shutdown()
        threads[0].join()
    http.server_close()


@pytest.fixture
def server(sleeping_server):
    sleeping_server.wake()
    return sleeping_server


@pytest.fixture
def build(sleeping_server):
    """Makes models of this server, with short waits, and closes them at the end."""
    from deixis.remote.model import from_name

    models = []

    def build(**options):
        manners = {"api_key": KEY, "first_wait": 0.01, "read_timeout": 5.0, **options}
        models.append(from_name(f"openai:tiny@{sleeping_server.url}", **manners))
        return models[-1]

    yield build
    for model in models:
        model.close()


@pytest.fixture
def ask():
    """Questions without pictures, from their texts."""
    from deixis.models.interface import Question

    return lambda *texts: [Question(pictures=(), text=text) for text in texts]
