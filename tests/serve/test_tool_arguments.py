"""Named arguments of tools come in pixels of the original picture, whole and streamed."""

import json

import pytest
from openai import OpenAI

from deixis.coordinates import dialects
from deixis.core.size import Size
from deixis.core.transform import identity
from deixis.serve.showing import SentPicture
from deixis.serve.tool_arguments import ToolArguments
from deixis.testing import FakeServer, serve
from tests.serve.running import running, upstream
from tests.serve.test_chat import asked

SIZE = Size(width=2000, height=500)
CALL = '{"action": "click", "coordinate": [500, 500], "note": "wait {1, 2}"}'


def tools(*names, dialect="qwen3_vl"):
    about = SentPicture(url=None, sha256="", size=SIZE, back=identity(SIZE))
    return ToolArguments(names=frozenset(names), dialect=dialects.get(dialect)(), about=about)


@pytest.mark.parametrize(
    ("names", "said", "told"),
    [
        (["coordinate"], {"coordinate": [500, 500], "n": [1, 2]}, {"coordinate": [1000, 250]}),
        (["box"], {"box": [0, 0, 1000, 1000]}, {"box": [0, 0, 2000, 500]}),
        (["box"], {"a": {"box": [0, 0, 500, 500]}}, {"a": {"box": [0, 0, 1000, 250]}}),
        (["p"], {"steps": [{"p": [100, 100]}]}, {"steps": [{"p": [200, 50]}]}),
        (["path"], {"path": [[0, 0], [500, 500]]}, {"path": [[0, 0], [1000, 250]]}),
        (["x", "y"], {"x": 500, "y": 500, "z": 3}, {"x": 1000, "y": 250, "z": 3}),
        (["x2", "y2"], {"x2": 500, "y2": 500, "x": 1}, {"x2": 1000, "y2": 250}),
    ],
)
def test_named_places_come_in_pixels_and_all_else_stays(names, said, told):
    found = tools(*names).rewritten(json.dumps(said))
    assert json.loads(found.text) == {**said, **told}
    assert found.regions
    assert not found.unread


def test_numbers_with_a_fraction_keep_one():
    found = tools("at", dialect="qwen3_vl").rewritten('{"at": [500.5, 333.25]}')
    assert json.loads(found.text) == {"at": [1001.0, 166.62]}


def test_a_dialect_that_says_y_first_gives_x_first_but_where_axes_have_names():
    found = tools("box", "x", "y", dialect="gemini").rewritten(
        '{"box": [100, 200, 300, 400], "x": 500, "y": 250}'
    )
    assert json.loads(found.text) == {"box": [400, 50, 800, 150], "x": 1000, "y": 125}


@pytest.mark.parametrize(
    "said",
    [
        '{"at": "the cup"}',
        '{"at": [1, 2, 3]}',
        '{"at": [true, false]}',
        '{"at": [5000, 5]}',
        '{"at": 7}',
        '{"at": null}',
        '{"at": [1, 2',
        "[1, 2]",
        "click(1, 2)",
    ],
)
def test_what_is_no_place_stays_and_is_told(said):
    found = tools("at").rewritten(said)
    assert found.text == said
    assert not found.regions
    assert found.unread[0]["reason"]


@pytest.mark.parametrize("said", ['{"coordinate": [5, 5]}', "{}", "", '{"a": 1.0, "b": 1e400}'])
def test_arguments_without_a_named_place_stay_as_they_were_written(said):
    found = tools("at").rewritten(said)
    assert (found.text, found.regions, found.unread) == (said, [], [])


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    with running(upstream(engine)) as server:
        yield server


def message(arguments=CALL):
    call = {"id": "call_0", "type": "function"}
    call |= {"function": {"name": "computer", "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def whole(**more):
    choice = {"index": 0, "message": message(), "finish_reason": "tool_calls"}
    return FakeServer.json({"id": "1", "object": "chat.completion", "choices": [choice], **more})


def chunk(delta, why=None):
    choices = [{"index": 0, "delta": delta, "finish_reason": why}]
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "qwen"}
    return {**head, "choices": choices}


def streamed(*, at_once):
    (call,) = message()["tool_calls"]
    if at_once:
        return FakeServer.events([chunk({"tool_calls": [{**call, "index": 0}]}, "tool_calls")])
    first = {**call, "index": 0, "function": {"name": "computer", "arguments": ""}}
    pieces = [CALL[at : at + 7] for at in range(0, len(CALL), 7)]
    rows = [{"tool_calls": [{"index": 0, "function": {"arguments": one}}]} for one in pieces]
    deltas = [{"role": "assistant"}, {"tool_calls": [first]}, *rows]
    return FakeServer.events([*map(chunk, deltas), chunk({}, "tool_calls")])


def body(**more):
    return asked("Click it.", deixis={"tool_arguments": ["coordinate"]}, **more)


EXPECTED = {"action": "click", "coordinate": [224, 224], "note": "wait {1, 2}"}


def test_a_call_is_rewritten_and_what_the_model_said_is_told(house, engine):
    engine.then(whole())
    (choice,) = house.post(body()).json()["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == EXPECTED
    (region,) = choice["message"]["tool_regions"]
    assert (region["call"], region["argument"], region["said"]) == (0, "coordinate", [500, 500])
    assert region["kind"] == "point"
    assert choice["message"]["tool_unread"] == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_streamed_call_is_the_same_once_it_is_put_together(house, engine, at_once):
    engine.then(streamed(at_once=at_once))
    with OpenAI(base_url=house.base, api_key="none") as client:
        told = {"model": "qwen", "messages": body()["messages"]}
        extra = {"deixis": {"tool_arguments": ["coordinate"]}}
        with client.chat.completions.stream(**told, extra_body=extra) as stream:
            found = stream.get_final_completion()
    (choice,) = found.choices
    (call,) = choice.message.tool_calls
    assert (call.id, call.function.name) == ("call_0", "computer")
    assert json.loads(call.function.arguments) == EXPECTED
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_regions[0]["said"] == [500, 500]
    assert found.deixis["dialect"] == "qwen3_vl"


def test_a_call_that_never_ends_comes_as_far_as_it_was_said(house, engine):
    (call,) = message('{"coordinate": [1')["tool_calls"]
    engine.then(FakeServer.events([chunk({"tool_calls": [{**call, "index": 0}]})]))
    answer = house.post(body(stream=True))
    rows = [json.loads(row[6:]) for row in answer.text.splitlines() if row.startswith("data: {")]
    deltas = [choice["delta"] for row in rows for choice in row["choices"]]
    calls = [one for delta in deltas for one in delta.get("tool_calls", [])]
    assert "".join(one["function"]["arguments"] for one in calls) == '{"coordinate": [1'
    assert [one for delta in deltas for one in delta.get("tool_unread", [])]


def test_a_response_is_rewritten_too(house, engine):
    call = {"type": "function_call", "call_id": "1", "name": "computer", "arguments": CALL}
    engine.then(FakeServer.json({"id": "r", "object": "response", "output": [call]}))
    (part,) = [p for p in body()["messages"][0]["content"] if p["type"] == "image_url"]
    content = [{"type": "input_image", "image_url": part["image_url"]["url"]}]
    told = {"model": "qwen", "input": [{"role": "user", "content": content}]}
    told["deixis"] = {"tool_arguments": ["coordinate"]}
    (item,) = house.post(told, "/v1/responses").json()["output"]
    assert json.loads(item["arguments"]) == EXPECTED
    refused = house.post({**told, "stream": True}, "/v1/responses")
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "deixis.tool_arguments"


def test_where_it_cannot_be_done_it_is_refused(house):
    words = {"model": "qwen", "messages": [{"role": "user", "content": "Click."}]}
    for more in ({"tool_arguments": ["at"]}, {"tool_arguments": ["at"], "dialect": "kosmos2"}):
        base = words if "dialect" not in more else asked("Click.")
        answer = house.post({**base, "deixis": more})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == "deixis.tool_arguments"
