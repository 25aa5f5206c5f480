"""The server for tests answers as told, fails as told, and writes down what it was asked."""

import http.client
import json
import subprocess
import sys

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import RemoteError
from deixis.testing import serve

PICTURE = dx.Image(pixels=np.random.default_rng(5).integers(0, 256, (5, 7, 3), dtype=np.uint8))


def model(server, **manners):
    return dx.load(f"openai:any@{server.url}", first_wait=0.01, **manners)


def post(server, body):
    connection = http.client.HTTPConnection(server.url.split("/")[2], timeout=5)
    text = body if isinstance(body, str) else json.dumps(body)
    connection.request("POST", "/v1/chat/completions", text)
    try:
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_words_are_answered_in_the_order_of_the_script():
    with serve("red") as server:
        server.then("two")
        told = model(server)
        assert [told.ask(PICTURE, words).text for words in ("Which?", "How many?")] == [
            "red",
            "two",
        ]
    assert server.texts == ["Which?", "How many?"]


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_not_in_the_script_is_answered_by_a_function_of_the_body(stream):
    with serve(answer=lambda body: f"{body['model']} says so") as server:
        assert model(server, stream=stream).ask(PICTURE, "Why?").text == "any says so"


def test_without_a_script_the_question_is_said_back():
    with serve() as server:
        assert model(server).ask(PICTURE, "Why?").text == "answer to Why?"


def test_a_failure_is_sent_with_its_status_words_and_headers():
    with serve() as server:
        server.then(server.fail(503, "later", Retry_After="0"), "done")
        assert model(server).ask(PICTURE, "Why?").text == "done"
        assert len(server.requests) == 2
        server.then(server.fail(400, "no such picture"))
        with pytest.raises(RemoteError, match="no such picture"):
            model(server).ask(PICTURE, "What?")


def test_pictures_arrive_as_they_were():
    with serve() as server:
        model(server).ask(PICTURE, "Why?")
    [picture] = server.requests[0].pictures
    assert np.array_equal(picture.pixels, PICTURE.pixels)


def test_words_alone_may_be_a_text_instead_of_parts():
    with serve("yes") as server:
        body = {"model": "any", "messages": [{"role": "user", "content": "Is it?"}]}
        status, told = post(server, body)
    assert (status, told["choices"][0]["message"]["content"]) == (200, "yes")
    assert (server.texts, server.requests[0].pictures) == (["Is it?"], [])


def test_what_the_script_raises_is_raised_at_the_end():
    with (
        pytest.raises(ZeroDivisionError),
        serve(answer=lambda body: str(1 / 0)) as server,
        pytest.raises(RemoteError),
    ):
        model(server).ask(PICTURE, "Why?")


def test_it_is_gone_at_the_end():
    with serve() as server:
        told = model(server, retries=0)
    with pytest.raises(RemoteError):
        told.ask(PICTURE, "Why?")


def test_it_needs_neither_torch_nor_pytest():
    code = (
        "import sys, deixis.testing; print({'torch', 'transformers', 'pytest'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_list_of_answers_is_refused_with_what_to_write():
    code = "from deixis.testing import serve\nwith serve(['a']): pass"  # without the tests' types
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "a reply is words or a Reply, got ['a']; write serve(*…)" in done.stderr
