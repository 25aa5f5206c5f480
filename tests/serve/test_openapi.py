"""The OpenAPI document is true: nothing comes of its requests that it does not tell."""

import json
import socket

import httpx
import jsonschema
import pytest

from deixis.serve.access import AccessKey
from deixis.serve.local import LoadedModel
from deixis.serve.openapi import openapi
from deixis.serve.settings import Limits, ServedModel, ServerSettings
from deixis.serve.shapes import CHAT, RESPONSES
from deixis.testing import FakeServer, serve
from tests.serve.client_answers import SAID, response
from tests.serve.running import running, upstream

ROUTES = (CHAT, RESPONSES)
SHA = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of "foo"


def answer(body):
    """Words, whatever is asked."""
    plain = {"model": "qwen", "stream": body.get("stream") is True}
    return FakeServer.say(plain, f"at {SAID}") if "messages" in body else response(plain)


def asked(shape, model="qwen"):
    return {"model": model, shape.turns: [{"role": "user", "content": "hello"}]}


def half_sent(house, shape):
    """The status where a request says more than it sends."""
    host, port = house.url.removeprefix("http://").split(":")
    head = f"POST {shape.path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{{"
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        return int(connection.recv(4096).split()[1])


def statuses(house, engine, shape):
    """Every status that can be provoked, each by what it is for."""

    def of(model="qwen", key="foo", **more):
        headers = {"Authorization": f"Bearer {key}"}
        body = more.pop("content", None) or json.dumps(asked(shape, model))
        url = f"{house.url}{shape.path}"
        return httpx.post(url, content=body, headers=headers, timeout=30).status_code

    yield of()
    yield of(content="{")
    yield of(key="bar")
    yield of("nobody")
    yield of(content=" " * 5000)
    yield of("dead")
    yield of("gone")
    engine.delay = 1.0
    yield of("silent")
    engine.delay = 0.0


@pytest.mark.long
def test_every_status_that_is_told_can_come(monkeypatch):
    async def load(self):
        """Nothing, so that it is being loaded for ever."""

    monkeypatch.setattr(LoadedModel, "load", load)
    limits = Limits(body_bytes=4096)
    more = {"limits": limits, "is_loaded": False, "keys": (AccessKey(name="a", sha256=SHA),)}
    with socket.socket() as free, serve(answer=answer) as engine:
        free.bind(("127.0.0.1", 0))
        dead = f"openai:qwen@http://127.0.0.1:{free.getsockname()[1]}/v1"
        models = [
            upstream(engine),
            upstream(engine, name="silent", silent_seconds=0.1),
            ServedModel(name="dead", upstream=dead, dialect="unit"),
            ServedModel(name="gone", load="/no/such/folder"),
        ]
        with running(*models, **more) as house:
            document = openapi(house.app.serving)
            for shape in ROUTES:
                seen = set(statuses(house, engine, shape))
                told = {int(code) for code in document["paths"][shape.path]["post"]["responses"]}
                assert seen == told - {403, 408, 429, 500}  # which have tests of their own


@pytest.mark.long
def test_a_used_up_quota_and_a_slow_request_get_the_statuses_that_are_told():
    quota = (AccessKey(name="a", sha256=SHA, requests=1),)
    with serve(answer=answer) as engine, running(upstream(engine), keys=quota) as house:
        known = {"Authorization": "Bearer foo"}
        found = [house.post(asked(shape), shape.path, headers=known) for shape in (CHAT, *ROUTES)]
        assert [one.status_code for one in found] == [200, 429, 429]
    limits = Limits(body_seconds=0.2)
    with serve(answer=answer) as engine, running(upstream(engine), limits=limits) as house:
        assert [half_sent(house, shape) for shape in ROUTES] == [408, 408]


def test_a_mistake_of_the_server_is_told_as_one(house, monkeypatch):
    def broken(serving):
        raise ValueError

    monkeypatch.setattr("deixis.serve.app.openapi", broken)
    wrong = httpx.get(f"{house.url}/openapi.json")
    assert wrong.status_code == 500
    assert wrong.json()["error"]["type"] == "server_error"


def test_a_region_of_the_document_is_named_as_slots_are(house):
    schema = openapi(house.app.serving)
    body = {"model": "qwen", "messages": [{"role": "user", "content": [part("1t")]}]}
    own = schema["paths"][CHAT.path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    whole = {**own, "components": schema["components"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, whole)
    body["messages"][0]["content"] = [part("it")]
    jsonschema.validate(body, whole)


def part(name):
    region = {"kind": "box", "box": [1, 2, 3, 4]}
    return {"type": "image_url", "image_url": {"url": "data:,"}, "regions": {name: region}}


@pytest.fixture(scope="module")
def house():
    settings = ServerSettings(port=0, picture_workers=2, grace_seconds=2)
    with serve(answer=answer, keeps=2) as engine, running(upstream(engine), server=settings) as one:
        yield one


def check(tally):
    assert not tally.wrong, tally.told()
    assert tally.share_answered >= 0.3, tally.told()
    assert {200, 400} <= {code for _, _, code in tally.statuses}, tally.told()


@pytest.mark.long
def test_some_hundred_requests_of_the_document_get_what_it_tells(house):
    pytest.importorskip("schemathesis")
    from tests.serve.tried_document import tried

    check(tried(house, 400))


@pytest.mark.long
@pytest.mark.night
def test_many_thousand_requests_of_the_document_get_what_it_tells(house):
    pytest.importorskip("schemathesis")
    from tests.serve.tried_document import tried

    check(tried(house, 20_000, number=1))
