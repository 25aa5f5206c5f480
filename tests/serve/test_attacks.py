"""Who asks for pictures by their addresses reaches nothing that it may not."""

import contextlib
import json
import socket
import threading
from dataclasses import replace

import pytest

from deixis.serve.settings import Fetching, Limits
from deixis.testing import serve
from tests.serve.raw import encoded, plain, until
from tests.serve.running import running, upstream
from tests.serve.test_chat import BOX

LIMITS = Limits(header_seconds=2, body_seconds=2)


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    with running(upstream(engine), limits=LIMITS) as server:
        yield server


@pytest.fixture(scope="module")
def fetching(engine):
    with running(upstream(engine), limits=LIMITS, pictures=Fetching(urls="fetch")) as server:
        yield server


@pytest.fixture(scope="module")
def denying(engine):
    with running(upstream(engine), limits=LIMITS, pictures=Fetching(urls="deny")) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(engine):
    engine.requests.clear()


class Inner:
    """A server on loopback that nobody may reach; it counts who connects, and sends `answer`."""

    def __init__(self, answer=b""):
        self.num, self.answer = 0, answer
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                with connection:
                    self.num += 1
                    connection.recv(65_536)
                    connection.sendall(self.answer)


@contextlib.contextmanager
def inner(answer=b""):
    found = Inner(answer)
    try:
        yield found
    finally:
        found.socket.close()


def shows(url, **more):
    part = {"type": "image_url", "image_url": {"url": url}, **more}
    return asks(part)


def asks(*parts):
    content = [*parts, {"type": "text", "text": "{it}"}]
    return {"model": "qwen", "messages": [{"role": "user", "content": content}]}


# addresses

INNER = [
    "http://127.0.0.1/",
    "http://127.0.0.1:{port}/a.png",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1%25lo]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://0.0.0.0/",
    "http://0/",
    "http://10.0.0.1/",
    "http://localhost/",
    "http://localhost./",
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1#@example.org/",
    "http://127.0.0.1\\@example.org/",
    "http://user:secret@127.0.0.1/",
    "http:\\\\127.0.0.1/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "HTTP://127.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127.0.0.1:22/",
    "http://\t127.0.0.1/",
    " http://127.0.0.1/",
    "\x00http://127.0.0.1/",
    "\xa0http://127.0.0.1/",
]
OTHERS = ["file:///etc/passwd", "FILE:/etc/passwd", " file:///etc/passwd", "gopher://127.0.0.1/_a"]
OTHERS += ["ftp://127.0.0.1/a.png", "/etc/passwd", "//127.0.0.1/a", "jar:http://127.0.0.1!/", ""]


@pytest.mark.parametrize("points", [True, False], ids=["regions", "plain"])
@pytest.mark.parametrize("url", INNER)
def test_an_inner_address_is_not_fetched_and_told_nothing_of(fetching, engine, url, points):
    with inner() as hidden:
        url = url.replace("{port}", str(hidden.port))
        more = {"regions": {"it": BOX}} if points else {}
        answer = fetching.post(shows(url, **more))
        assert hidden.num == 0
    assert answer.status_code == 400
    assert engine.requests == []
    if answer.json()["error"]["code"] == "picture_not_fetched":
        told = answer.json()["error"]["message"]
        assert told == "the picture's address is refused, or gave no picture"


@pytest.mark.parametrize("how", ["house", "fetching", "denying"])
@pytest.mark.parametrize("url", OTHERS)
def test_another_scheme_is_always_refused(request, engine, url, how):
    answer = request.getfixturevalue(how).post(shows(url))
    assert answer.status_code == 400
    assert engine.requests == []


PUBLIC = "93.184.215.14"


def resolved_to(*answers):
    """A resolver whose answers are these, one after the other, and the last for ever."""
    left = list(answers)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]


@pytest.fixture
def policy(fetching):
    """The policy of the server that fetches, for one test."""
    preparing = fetching.app.preparing
    kept = preparing.policy

    def changed(**more):
        preparing.policy = replace(kept, total_timeout=3.0, connect_timeout=0.2, **more)

    yield changed
    preparing.policy = kept


def test_a_name_of_an_inner_address_is_refused_also_beside_a_public_one(fetching, policy):
    with inner() as hidden:
        policy(resolver=resolved_to([PUBLIC, "127.0.0.1"]), allowed_ports=(hidden.port,))
        answer = fetching.post(shows(f"http://pictures.example:{hidden.port}/"))
        assert (answer.status_code, hidden.num) == (400, 0)


def test_a_name_that_changes_after_it_was_checked_is_dialled_where_it_was(fetching, policy):
    with inner() as hidden:
        resolver = resolved_to(["192.0.2.1"], ["127.0.0.1"])  # the first is nobody's
        policy(resolver=resolver, allowed_networks=("192.0.2.0/24",), allowed_ports=(hidden.port,))
        answer = fetching.post(shows(f"http://pictures.example:{hidden.port}/"))
        assert (answer.status_code, hidden.num) == (400, 0)


HOPS = ["http://127.0.0.2:{port}/", "//127.0.0.2:{port}/", "http://[::1]:{port}/", "file:///etc"]


@pytest.mark.parametrize("hop", HOPS)
def test_where_a_public_server_sends_us_is_checked_again(fetching, policy, engine, hop):
    with inner() as hidden:
        hidden.answer = (
            b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
            % hop.replace("{port}", str(hidden.port)).encode()
        )
        policy(allowed_networks=("127.0.0.1/32",), allowed_ports=(hidden.port,))
        answer = fetching.post(shows(f"http://127.0.0.1:{hidden.port}/a.png"))
        assert (answer.status_code, hidden.num) == (400, 1)
    assert engine.requests == []


def test_a_picture_that_may_be_fetched_goes_on_as_its_bytes(fetching, policy, engine):
    data = encoded("PNG", 400)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(data)
    with inner(head + data) as there:
        policy(allowed_networks=("127.0.0.1/32",), allowed_ports=(there.port,))
        answer = fetching.post(shows(f"http://127.0.0.1:{there.port}/a.png", regions={"it": BOX}))
    assert answer.status_code == 200
    (picture,) = engine.requests[0].pictures
    assert (picture.size.width, picture.size.height) == (400, 401)


WEB = "http://example.org/a.png"
ELSEWHERE = {
    "untyped": {"image_url": WEB},
    "untyped record": {"image_url": {"url": WEB}},
    "other letters": {"type": "image_url", "Image_URL": {"URL": WEB}},
    "two addresses": {"type": "image_url", "image_url": {"url": "data:,", "URL": WEB}},
    "video": {"type": "video_url", "video_url": {"url": WEB}},
    "audio": {"type": "audio_url", "audio_url": {"url": WEB}},
    "file": {"type": "input_file", "file_url": WEB},
    "another shape": {"type": "input_image", "image_url": WEB},
    "image": {"type": "image", "image": WEB},
    "nested": {"type": "tool_result", "content": [{"type": "image_url", "image_url": WEB}]},
    "blank": {"type": "video_url", "video_url": {"url": " \n" + WEB}},
}


@pytest.mark.parametrize("how", ["denying", "fetching"])
@pytest.mark.parametrize("part", ELSEWHERE.values(), ids=ELSEWHERE)
def test_an_address_in_another_place_is_not_handed_on(request, engine, part, how):
    answer = request.getfixturevalue(how).post(asks(part))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "url_denied")
    assert engine.requests == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", " FILE:/etc/passwd"])
@pytest.mark.parametrize("key", ["image_url", "video_url", "audio_url"])
def test_a_file_in_another_place_is_refused_too(house, engine, key, url):
    assert house.post(asks({key: url})).status_code == 400
    assert house.post(asks({"type": key, key: {"url": url}})).status_code == 400
    assert engine.requests == []


def test_addresses_in_words_and_calls_of_tools_are_words(denying, engine):
    call = {"type": "function", "id": "1", "function": {"name": "f", "arguments": WEB}}
    messages = [
        {"role": "user", "content": f"see {WEB} and file:///etc"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": [{"type": "text", "text": WEB}], "tool_call_id": "1"},
    ]
    assert denying.post({"model": "qwen", "messages": messages}).status_code == 200


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://example.org/a.png", "HTTPS://a/"])
def test_web_addresses_are_denied(denying, engine, url):
    answer = denying.post(shows(url))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "url_denied")
    assert engine.requests == []


def test_a_tools_picture_in_responses_is_denied_too(denying, engine):
    output = [{"type": "input_image", "image_url": WEB}]
    item = {"type": "function_call_output", "call_id": "1", "output": output}
    answer = denying.post({"model": "qwen", "input": [item]}, path="/v1/responses")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "url_denied")


def test_after_all_that_the_next_request_is_answered(house, fetching, denying):
    for one in (house, fetching, denying):
        assert one.post(json.loads(plain())).status_code == 200
        until(lambda one=one: one.app.backends.num_in_flight == 0)
