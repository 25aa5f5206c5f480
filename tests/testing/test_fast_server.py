"""The fast server gives every client the same answer, whole or in pieces, and counts."""

import time

import httpx
import pytest
from openai import OpenAI

from deixis.testing import fast_server

BODY = {"model": "any", "messages": [{"role": "user", "content": "x" * 300_000}]}


def test_whole_and_streamed_are_the_same_words_to_openais_client():
    with fast_server("a cup, and tea") as server:
        plain = httpx.Client(verify=False)
        with OpenAI(base_url=server.url, api_key="none", http_client=plain) as client:
            whole = client.chat.completions.create(**BODY).choices[0].message.content
            with client.chat.completions.stream(**BODY) as stream:
                streamed = stream.get_final_completion().choices[0].message.content
    assert whole == streamed == "a cup, and tea"
    assert (server.num_requests, server.num_streamed) == (2, 1)


def test_a_connection_is_kept():
    with fast_server() as server, httpx.Client() as client:
        for _ in range(5):
            client.post(f"{server.url}/chat/completions", json=BODY).raise_for_status()
    assert (server.num_requests, server.num_connections) == (5, 1)


@pytest.mark.parametrize("more", [{}, {"stream": True}])
def test_an_answer_takes_its_time(more):
    with fast_server("one two", delay=0.2, pause=0.01) as server:
        began = time.monotonic()
        answer = httpx.post(f"{server.url}/chat/completions", json={**BODY, **more})
        assert time.monotonic() - began >= 0.2
    assert answer.status_code == 200
    assert answer.text.count("data: ") == (5 if more else 0)
