"""A model that is loaded by the server answers in batches, word by word, as `ask` does alone."""

import asyncio
import base64
import json
import threading

import httpx
import pytest
from openai import AsyncOpenAI, OpenAI

import deixis as dx
from deixis.encodings.spec import EncodingSpec
from deixis.serve.settings import ServedModel
from docs.site.pages import ROOT
from tests.serve.running import running

SCENE = ROOT / "docs/scene.png"
URL = "data:image/png;base64," + base64.b64encode(SCENE.read_bytes()).decode()
CROWN = [181, 164, 335, 308]
BOX = {"kind": "box", "box": CROWN}


@pytest.fixture(scope="module")
def house():
    with running(ServedModel(name="nano", load="nano", batch_size=16)) as server:
        yield server


@pytest.fixture(scope="module")
def client(house):
    return OpenAI(base_url=house.base, api_key="none")


def messages(text="What is {it}?", region=BOX):
    part = {"type": "image_url", "image_url": {"url": URL}}
    if region is not None:
        part["regions"] = {"it": region}
    return [{"role": "user", "content": [part, {"type": "text", "text": text}]}]


@pytest.mark.parametrize("encoding", ["said", "ellipse:color=red", "cropped", "dimmed", "masked"])
def test_the_answer_is_that_of_ask(client, encoding):
    region = {**BOX, "encoding": encoding}
    told = client.chat.completions.create(model="nano", messages=messages(region=region))
    way = EncodingSpec.of(encoding).encode({"it": dx.box(*CROWN)})
    alone = dx.load("nano").ask(SCENE, "What is {it}?", regions=way)
    assert told.choices[0].message.content == alone.text
    assert told.deixis["pictures"][0]["sha256"] == alone.sent.frames[0].image.sha256
    assert told.usage.completion_tokens > 0


def test_words_stream_one_by_one_and_are_the_whole_answer(client):
    ask = {"model": "nano", "messages": messages("Describe the picture.", None)}
    whole = client.chat.completions.create(**ask).choices[0].message.content
    pieces = [
        chunk.choices[0].delta.content or ""
        for chunk in client.chat.completions.create(**ask, stream=True)
        if chunk.choices
    ]
    assert "".join(pieces) == whole
    assert sum(map(bool, pieces)) > 5


def test_a_response_streams_too(client):
    part = {"type": "input_image", "image_url": URL, "regions": {"it": BOX}}
    words = {"type": "input_text", "text": "What is {it}?"}
    ask = {"model": "nano", "input": [{"role": "user", "content": [part, words]}]}
    whole = client.responses.create(**ask)
    with client.responses.stream(**ask) as stream:
        kinds = [event.type for event in stream]
        streamed = stream.get_final_response()
    assert whole.output_text == streamed.output_text == "crown"
    assert kinds[-1] == "response.completed"
    assert streamed.deixis["dialect"] == "padded_unit"


def test_what_comes_together_is_answered_together_as_alone(house):
    texts = ["What is {it}?", "Name {it}.", "What colour is {it}?", "What do you see at {it}?"] * 4

    async def asked():
        async with AsyncOpenAI(base_url=house.base, api_key="none") as client:

            async def one(text):
                told = await client.chat.completions.create(model="nano", messages=messages(text))
                return told.choices[0].message.content

            alone = [await one(text) for text in texts[:4]]
            return alone * 4, list(await asyncio.gather(*map(one, texts)))

    alone, together = asyncio.run(asked())
    assert together == alone
    batches = house.app.backends.get("nano").sizes
    assert max(batches) > 1


def test_who_leaves_ends_its_row(house):
    body = {
        "model": "nano",
        "messages": messages("Describe the picture.", None),
        "stream": True,
        "max_tokens": 500,
    }
    with httpx.stream("POST", f"{house.base}/chat/completions", json=body, timeout=60) as answer:
        next(answer.iter_lines())
    backend = house.app.backends.get("nano")
    for _ in range(500):
        if backend.num_in_flight == 0:
            break
        threading.Event().wait(0.01)
    assert backend.num_in_flight == 0
    assert house.post({"model": "nano", "messages": messages()}).status_code == 200


def test_a_dialogue_is_one_question(client):
    first = messages()
    turns = [*first, {"role": "assistant", "content": "crown"}, {"role": "user", "content": "And?"}]
    told = client.chat.completions.create(model="nano", messages=turns, max_tokens=4)
    assert told.choices[0].finish_reason in ("stop", "length")


UNTAKEN = [
    ({"n": 2}, "n"),
    ({"logprobs": True}, "logprobs"),
    ({"tools": [{"type": "function"}]}, "tools"),
    ({"response_format": {"type": "json_object"}}, "response_format"),
    ({"max_tokens": 1_000_000}, "max_tokens"),
]


@pytest.mark.parametrize(("more", "param"), UNTAKEN, ids=[param for _, param in UNTAKEN])
def test_what_it_cannot_do_is_refused_by_its_name(house, more, param):
    answer = house.post({"model": "nano", "messages": messages(), **more})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize(
    "turns",
    [
        [],
        [{"role": "assistant", "content": "I begin"}],
        [{"role": "user", "content": "no picture"}],
        [{"role": "tool", "content": "x"}],
        [{"role": "user", "content": [{"type": "input_audio"}]}],
        [{"role": "user", "content": 7}],
        ["words"],
    ],
)
def test_a_conversation_that_is_none_is_refused(house, turns):
    answer = house.post({"model": "nano", "messages": turns})
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_the_header_brings_the_picture_that_it_was_handed(house):
    region = {**BOX, "encoding": "ellipse:color=red"}
    answer = house.post(
        {"model": "nano", "messages": messages(region=region)},
        headers={"X-Deixis-Sent": "pictures"},
    )
    (sent,) = answer.json()["deixis"]["pictures"]
    assert dx.open_image(sent["url"]).sha256 == sent["sha256"]


def test_health_waits_for_the_model_and_tells_where_it_cannot_be_loaded():
    with running(ServedModel(name="gone", load="/nowhere"), is_loaded=False) as server:
        for _ in range(200):
            answer = httpx.get(f"{server.url}/health")
            if "could not" in answer.text:
                break
            threading.Event().wait(0.02)
        assert answer.status_code == 503
        told = server.post({"model": "gone", "messages": messages()})
        assert told.status_code == 503
        assert json.loads(told.content)["error"]["type"] == "unavailable_error"
