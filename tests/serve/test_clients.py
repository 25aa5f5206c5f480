"""OpenAI's own client gets through the server what it gets of the engine, and regions beside it."""

import asyncio
import base64

import httpx
import pytest
from openai import AsyncOpenAI, OpenAI

from deixis.testing import serve
from docs.site.pages import ROOT
from tests.long import long
from tests.serve.client_answers import SAID, chat, response
from tests.serve.running import running, upstream

SCENE = ROOT / "docs/scene.png"
URL = "data:image/png;base64," + base64.b64encode(SCENE.read_bytes()).decode()
BOX = {"kind": "box", "box": [181, 164, 335, 308]}
OURS = ("regions", "unread", "deixis")
TOOL = {"name": "look_up", "parameters": {"type": "object", "properties": {}}}
SCHEMA = {"name": "place", "schema": {"type": "object", "properties": {}}}
TEXT = {"type": "text", "text": "What is {it}?"}
PICTURE = {"type": "image_url", "image_url": {"url": URL}}
ASKED = {"type": "input_text", "text": "What is {it}?"}
SHOWN = {"type": "input_image", "image_url": URL, "detail": "auto"}

CHATS = {
    "plain": {},
    "tools": {"tools": [{"type": "function", "function": TOOL}], "tool_choice": "auto"},
    "two": {"n": 2},
    "format": {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
    "object": {"response_format": {"type": "json_object"}},
    "many": {"logprobs": True, "seed": 7, "stop": ["END"], "temperature": 0.5, "max_tokens": 99},
}
RESPONSES = {
    "plain": {},
    "tools": {"tools": [{"type": "function", "strict": False, **TOOL}]},
    "instructions": {"instructions": "Be brief, and tell of {it}.", "max_output_tokens": 90},
}
CLIENTS = ("sync", long("async"))
NUMBERS = (1, long(3))


@pytest.fixture(scope="module")
def engine():
    def answer(body):
        return chat(body) if "messages" in body else response(body)

    with serve(answer=answer) as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    with running(upstream(engine)) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(engine):
    engine.requests.clear()


def chat_question(pictures, regions):
    content = [{**PICTURE, "regions": {"it": BOX}} if regions else PICTURE]
    content += [PICTURE] * (pictures - 1)
    return [{"role": "system", "content": "Look."}, {"role": "user", "content": [*content, TEXT]}]


def response_question(pictures, regions):
    content = [{**SHOWN, "regions": {"it": BOX}} if regions else SHOWN]
    return [{"role": "user", "content": [*content, *[SHOWN] * (pictures - 1), ASKED]}]


def call(kind, url, ask):
    """What `ask` makes of a client, sync or async, at this address."""
    if kind == "sync":
        plain = httpx.Client(verify=False)  # loading certificates takes longest of all
        with OpenAI(base_url=url, api_key="none", max_retries=0, http_client=plain) as client:
            return ask(client)

    async def asked():
        plain = httpx.AsyncClient(verify=False)
        async with AsyncOpenAI(
            base_url=url, api_key="none", max_retries=0, http_client=plain
        ) as client:
            return await ask(client)

    return asyncio.run(asked())


def whole_chat(kind, url, more):
    return call(kind, url, lambda client: client.chat.completions.create(**more)).to_dict()


def streamed_chat(kind, url, more):
    if kind == "sync":

        def ask(client):
            with client.chat.completions.stream(**more) as stream:
                return stream.get_final_completion()
    else:

        async def ask(client):
            async with client.chat.completions.stream(**more) as stream:
                return await stream.get_final_completion()

    return call(kind, url, ask).to_dict()


def whole_response(kind, url, more):
    return call(kind, url, lambda client: client.responses.create(**more)).to_dict()


def streamed_response(kind, url, more):
    if kind == "sync":

        def ask(client):
            with client.responses.stream(**more) as stream:
                return stream.get_final_response()
    else:

        async def ask(client):
            async with client.responses.stream(**more) as stream:
                return await stream.get_final_response()

    return call(kind, url, ask).to_dict()


def taken_out(told):
    """An answer without what is ours, and what is, in order."""
    found = []

    def walk(value):
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        found.extend((key, value[key]) for key in OURS if key in value)
        return {key: walk(one) for key, one in value.items() if key not in OURS}

    return walk(told), found


def regions_of(found):
    return [value for key, value in found if key == "regions"]


def check(found, regions, *, words):
    """Regions are there of each text, where some were given; else there is nothing of ours."""
    assert len(regions_of(found)) == (words if regions else 0)
    assert regions or not found


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("regions", [False, True])
@pytest.mark.parametrize("pictures", NUMBERS)
@pytest.mark.parametrize("way", CHATS)
def test_a_chat_is_the_engines_with_regions_beside_it(engine, house, kind, regions, pictures, way):
    more = {"model": "qwen", **CHATS[way], "messages": chat_question(pictures, regions)}
    plain = {**more, "messages": chat_question(pictures, regions=False)}
    found = []
    for ask in (whole_chat, streamed_chat):
        told, ours = taken_out(ask(kind, house.base, more))
        assert told == ask(kind, engine.url, plain)
        check(ours, regions, words=CHATS[way].get("n", 1))
        found.append(ours)
    assert sorted(found[0], key=repr) == sorted(found[1], key=repr)


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("regions", [False, True])
@pytest.mark.parametrize("pictures", NUMBERS)
@pytest.mark.parametrize("way", RESPONSES)
def test_a_response_is_the_engines_with_regions_beside_it(
    engine, house, kind, regions, pictures, way
):
    more = {"model": "qwen", **RESPONSES[way], "input": response_question(pictures, regions)}
    plain = {**more, "input": response_question(pictures, regions=False)}
    found = []
    for ask in (whole_response, streamed_response):
        told, ours = taken_out(ask(kind, house.base, more))
        assert told == taken_out(ask(kind, engine.url, plain))[0]
        check(ours, regions, words=1)
        found.append(ours)
    assert found[0] == found[1]


@pytest.mark.parametrize("way", ["plain", "two", "format"])
def test_each_choice_has_the_regions_of_its_own_words(house, way):
    more = {"model": "qwen", **CHATS[way], "messages": chat_question(1, regions=True)}
    for ask in (whole_chat, streamed_chat):
        for choice in ask("sync", house.base, more)["choices"]:
            (region,) = choice["message"]["regions"]
            said = choice["message"]["content"][region["start"] : region["end"]]
            assert "[" in said
            if choice["index"] == 0:
                assert region["box"] == pytest.approx(BOX["box"], abs=0.5)


def test_tools_come_whole_and_in_pieces_and_go_on_as_they_were(engine, house):
    more = {"model": "qwen", **CHATS["tools"], "messages": chat_question(1, regions=True)}
    for ask in (whole_chat, streamed_chat):
        (choice,) = ask("sync", house.base, more)["choices"]
        calls = [one["function"]["arguments"] for one in choice["message"]["tool_calls"]]
        assert calls == ['{"name": "cup"}', '{"into": "the cup", "ml": 250}']
        assert choice["finish_reason"] == "tool_calls"
        assert choice["message"]["regions"] == []
        assert engine.bodies[-1]["tools"] == CHATS["tools"]["tools"]


def test_a_tools_result_and_its_call_go_on_as_they_were(engine, house):
    call = {
        "id": "call_0",
        "type": "function",
        "function": {"name": "f", "arguments": '{"{it}":1}'},
    }
    turns = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_0", "content": "It holds {tea}."},
    ]
    messages = [*chat_question(1, regions=True), *turns]
    whole_chat("sync", house.base, {"model": "qwen", "messages": messages})
    assert engine.bodies[-1]["messages"][2:] == turns


def delta_of(row):
    return row["choices"][0]["delta"]


@pytest.mark.parametrize("usage", [False, True])
def test_events_of_the_engine_come_in_their_order_with_one_of_ours(engine, house, usage):
    more = {"model": "qwen", "stream": True}
    more |= {"stream_options": {"include_usage": True}} if usage else {}

    def rows(url, regions):
        asked = {**more, "messages": chat_question(1, regions)}
        with OpenAI(base_url=url, api_key="none") as client:
            return [row.to_dict() for row in client.chat.completions.create(**asked)]

    first, *ours = rows(house.base, regions=True)
    assert first.pop("deixis")["dialect"] == "qwen3_vl"
    (at,) = [n for n, row in enumerate(ours) if row["choices"] and "regions" in delta_of(row)]
    assert [first, *ours[:at], *ours[at + 1 :]] == rows(engine.url, regions=False)
    assert at == len(ours) - 2  # the usage comes after it
    assert not any("deixis" in row for row in ours)
    assert engine.texts[0] == f"What is {SAID}?"


def test_regions_of_an_answer_can_be_sent_again(house):
    more = {"model": "qwen", "messages": chat_question(1, regions=True)}
    (region,) = whole_chat("sync", house.base, more)["choices"][0]["message"]["regions"]
    content = [{**PICTURE, "regions": {"it": region}}, TEXT]
    again = {"model": "qwen", "messages": [{"role": "user", "content": content}]}
    assert whole_chat("sync", house.base, again)["choices"][0]["message"]["regions"] == [region]
