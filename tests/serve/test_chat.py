"""Requests with regions reach an upstream in its dialect, and its answer's regions come back."""

import base64
import json

import httpx
import pytest

from deixis.core.images import open_image
from deixis.serve.settings import ServerSettings
from deixis.testing import serve
from docs.site.pages import ROOT
from tests.serve.running import running, upstream

SCENE = ROOT / "docs/scene.png"
URL = "data:image/png;base64," + base64.b64encode(SCENE.read_bytes()).decode()
SAID = '[{"bbox_2d": [404, 366, 748, 688]}]'
BOX = {"kind": "box", "box": [181, 164, 335, 308]}


def picture(regions=None, **more):
    part = {"type": "image_url", "image_url": {"url": URL}, **more}
    return part if regions is None else {**part, "regions": regions}


def asked(text, regions=None, **more):
    content = [picture(regions), {"type": "text", "text": text}]
    return {"model": "qwen", "messages": [{"role": "user", "content": content}], **more}


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def house(engine):
    with running(upstream(engine), upstream(engine, name="other")) as server:
        yield server


@pytest.fixture(autouse=True)
def empty(engine):
    engine.requests.clear()


def test_a_said_region_stands_in_the_words_as_the_model_says_it(house, engine):
    engine.then(f"here: {SAID}")
    answer = house.post(asked("What is {it}?", {"it": BOX})).json()
    assert engine.texts == [f"What is {SAID}?"]
    (region,) = answer["choices"][0]["message"]["regions"]
    assert region["box"] == pytest.approx(BOX["box"], abs=0.5)
    content = answer["choices"][0]["message"]["content"]
    assert content[region["start"] : region["end"]] in SAID


def test_a_mark_is_drawn_and_named_and_our_keys_go_no_further(house, engine):
    house.post(
        asked(
            "What is {it}?", {"it": {**BOX, "encoding": "arrow:color=red"}}, deixis={"read": False}
        )
    )
    (request,) = engine.requests
    assert request.text == "What is the object pointed to by the red arrow?"
    assert request.pictures[0] != open_image(SCENE)
    told = json.dumps(request.body)
    assert "regions" not in told
    assert "deixis" not in told


def test_what_is_sent_again_is_the_same_bytes(house, engine):
    for text in ("What is {it}?", "Tell me of {it}."):
        house.post(asked(text, {"it": {**BOX, "encoding": "ellipse"}}))
    first, second = (request.body["messages"][0]["content"][0] for request in engine.requests)
    assert first == second


def test_a_request_without_our_keys_goes_on_as_its_bytes(house, engine):
    seen = []
    engine.before_reply = lambda body: seen.append(body)
    body = json.dumps(asked("any {braces}")).replace(", ", " ,  ").encode()
    answer = httpx.post(f"{house.base}/chat/completions", content=body, timeout=60)
    direct = httpx.post(f"{engine.url}/chat/completions", content=body, timeout=60)
    engine.before_reply = lambda body: None
    assert seen[0] == seen[1]
    assert answer.content == direct.content


def test_all_else_passes(house, engine):
    more = {
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "logprobs": True,
        "unknown": {"deep": [1, 2.5, None]},
    }
    house.post(asked("{it}", {"it": BOX}, **more))
    assert {key: engine.bodies[0][key] for key in more} == more


def test_a_crop_alone_is_the_picture_and_its_answer_is_found_in_the_original(house, engine):
    engine.then('{"bbox_2d": [0, 0, 1000, 1000]}')
    answer = house.post(asked("{it}", {"it": {**BOX, "encoding": "cropped:0"}})).json()
    (region,) = answer["choices"][0]["message"]["regions"]
    assert region["box"] == pytest.approx(BOX["box"], abs=0.5)


def test_several_pictures_are_told_apart(house, engine):
    content = [
        picture({"one": BOX}),
        picture({"two": {**BOX, "encoding": "rectangle:color=blue"}}),
        {"type": "text", "text": "Is {one} like {two}?"},
    ]
    body = {"model": "qwen", "messages": [{"role": "user", "content": content}]}
    answer = house.post(body).json()
    assert engine.texts == [
        f"Is {SAID} in picture 1 like the object within the blue rectangle in picture 2?"
    ]
    assert "deixis.picture" in answer["deixis"]["warnings"][0]
    engine.then('{"bbox_2d": [0, 0, 1000, 1000]}')
    told = house.post({**body, "deixis": {"picture": 2}}).json()
    assert len(told["choices"][0]["message"]["regions"]) == 1


def test_the_header_brings_what_was_sent(house, engine):
    body = asked("{it}", {"it": {**BOX, "encoding": "ellipse"}})
    answer = house.post(body, headers={"X-Deixis-Sent": "pictures"})
    (sent,) = answer.json()["deixis"]["pictures"]
    assert open_image(sent["url"]).sha256 == sent["sha256"]
    assert open_image(sent["url"]) == engine.requests[0].pictures[0]
    assert float(answer.headers["X-Deixis-Ms"]) > 0


WRONG = [
    ({"it": {"kind": "box", "box": [1, 2]}}, "{it}", "messages[0].content[0].regions.it"),
    ({"it": BOX}, "nothing", "messages[0].content[0].regions.it"),
    ({"it": {**BOX, "encoding": "arow"}}, "{it}", "messages[0].content[0].regions.it.encoding"),
    ({"1t": BOX}, "{1t}", "messages[0].content[0].regions.1t"),
    ([1], "{it}", "messages[0].content[0].regions"),
    ({"it": {"kind": "box", "box": [900, 900, 950, 950]}}, "{it}", "messages[0].content[0]"),
]


@pytest.mark.parametrize(("regions", "text", "param"), WRONG, ids=[one[2] for one in WRONG])
def test_what_cannot_be_is_told_with_its_place(house, engine, regions, text, param):
    answer = house.post(asked(text, regions))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert engine.requests == []


def test_a_name_is_of_one_region_in_the_whole_conversation(house):
    content = [picture({"it": BOX}), picture({"it": BOX}), {"type": "text", "text": "{it}"}]
    answer = house.post({"model": "qwen", "messages": [{"role": "user", "content": content}]})
    assert answer.status_code == 400
    assert "already" in answer.json()["error"]["message"]


@pytest.mark.parametrize("where", ["top", "message", "text"])
def test_regions_in_another_place_are_not_lost_in_silence(house, where):
    body = asked("hello")
    place = {"top": body, "message": body["messages"][0], "text": body["messages"][0]["content"][1]}
    place[where]["regions"] = {"it": BOX}
    answer = house.post(body)
    assert answer.status_code == 400
    assert "beside the image_url" in answer.json()["error"]["message"]


def test_an_unknown_setting_is_named(house):
    answer = house.post(asked("hello", deixis={"encodng": "said"}))
    assert answer.json()["error"]["param"] == "deixis.encodng"


def test_a_model_that_nobody_serves(house):
    answer = house.post({**asked("hello"), "model": "gone"})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_found"


def test_an_error_of_the_upstream_comes_as_it_was(house, engine):
    engine.then(engine.fail(429, "slow down", Retry_After="7"))
    answer = house.post(asked("{it}", {"it": BOX}))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"
    assert answer.json() == {"error": {"message": "slow down"}}


def test_another_name_goes_on_as_the_upstreams_own(house, engine):
    house.post({**asked("hello"), "model": "other"})
    assert engine.bodies[0]["model"] == "qwen"


def events(response):
    lines = [line[6:] for line in response.iter_lines() if line.startswith("data: ")]
    return [line if line == "[DONE]" else json.loads(line) for line in lines]


def test_a_stream_has_its_regions_after_the_words_and_before_usage_and_end(house, engine):
    engine.then(engine.say({"stream": True}, f"at {SAID}", usage={"total_tokens": 9}))
    body = asked("{it}", {"it": BOX}, stream=True)
    with httpx.stream("POST", f"{house.base}/chat/completions", json=body, timeout=60) as answer:
        rows = events(answer)
    assert [n for n, row in enumerate(rows) if "deixis" in row] == [0]
    (at,) = [n for n, row in enumerate(rows) if "regions" in json.dumps(row)]
    assert rows[at + 1]["usage"] == {"total_tokens": 9}
    assert rows[at + 2 :] == ["[DONE]"]
    (region,) = rows[at]["choices"][0]["delta"]["regions"]
    assert region["box"] == pytest.approx(BOX["box"], abs=0.5)


def test_an_upstream_that_dies_in_a_stream_is_told_in_an_event(house, engine):
    rows = [{"choices": [{"index": 0, "delta": {"content": "half"}}]}]
    engine.then(engine.events(rows, done=False, is_cut=True))
    body = asked("{it}", {"it": BOX}, stream=True)
    with httpx.stream("POST", f"{house.base}/chat/completions", json=body, timeout=60) as answer:
        told = events(answer)
    assert told[-1]["error"]["code"] == "upstream_broke_off"
    assert "[DONE]" not in told


def test_what_a_client_puts_together_of_a_stream_is_the_whole_answer(house, engine):
    from openai import OpenAI

    client = OpenAI(base_url=house.base, api_key="none")
    more = {"model": "qwen", "messages": asked("{it}", {"it": BOX})["messages"]}
    engine.then(f"a cup {SAID}.", f"a cup {SAID}.")
    whole = client.chat.completions.create(**more).choices[0].message
    with client.chat.completions.stream(**more) as stream:
        streamed = stream.get_final_completion().choices[0].message
    assert streamed.content == whole.content
    assert streamed.regions == whole.regions
    assert streamed.unread == whole.unread


def test_the_log_has_neither_words_nor_pictures_nor_keys(house):
    house.post(asked("a secret word", {"it": BOX}), headers={"Authorization": "Bearer sk-x"})
    told = house.log.getvalue()
    assert json.loads(told.splitlines()[-1])["route"] == "/v1/chat/completions"
    assert not any(word in told for word in ("secret", "base64", "sk-x"))


def test_metrics_count(house):
    house.post(asked("{it}", {"it": BOX}))
    text = httpx.get(f"{house.url}/metrics").text
    assert 'deixis_requests_total{route="/v1/chat/completions",status="200"}' in text
    assert "deixis_regions_total" in text


def test_the_page_and_the_document_are_there(house):
    document = httpx.get(f"{house.url}/openapi.json").json()
    assert set(document["paths"]) >= {"/v1/chat/completions", "/v1/responses", "/health"}
    page = httpx.get(f"{house.url}/docs")
    assert "qwen" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_evidence_of_an_answer_is_asked_for_and_checked(house, engine):
    place = '{"bbox_2d": [404, 366, 748, 688]}'
    engine.then("a crown", place, "a crown", "grass")
    told = house.post(asked("What is {it}?", {"it": BOX}, deixis={"cite": True})).json()
    assert told["choices"][0]["message"]["content"] == "a crown"
    assert told["deixis"]["cited"]["verdict"] == "confirmed"
    assert told["deixis"]["cited"]["region"]["box"] == pytest.approx(BOX["box"], abs=0.5)
    assert len(engine.requests) == 4


@pytest.mark.parametrize("more", [{"stream": True}, {"n": 2}])
def test_evidence_is_not_asked_for_where_it_cannot_be(house, engine, more):
    answer = house.post(asked("What is {it}?", {"it": BOX}, deixis={"cite": True}, **more))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "deixis.cite"
    assert engine.requests == []


def test_words_are_logged_only_where_that_is_asked_for(engine):
    settings = ServerSettings(port=0, picture_workers=1, words_in_log=True)
    with running(upstream(engine), server=settings) as house:
        house.post(asked("a word or two"))
        assert json.loads(house.log.getvalue().splitlines()[-1])["words"] == "a word or two"
