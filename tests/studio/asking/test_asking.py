"""Cells are asked side by side as `ask` would ask each, and each tells what it was sent."""

import threading
import time

import pytest

import deixis as dx
from deixis.core.images import open_image
from deixis.encodings.spec import EncodingSpec
from deixis.serve.access import add_key
from deixis.serve.settings import ServerSettings
from deixis.testing import Reply
from tests.studio.studio_nursery import SCENE, open_studio, upstream

CROWN = [181, 164, 335, 308]
REGIONS = {"it": {"kind": "box", "box": CROWN}, "unsaid": {"kind": "point", "point": [3, 4]}}
SAID = '[{"bbox_2d": [404, 366, 748, 688]}]'


def asked(picture, *cells, question="What is {it}?", regions=REGIONS, **more):
    cells = [one if isinstance(one, dict) else {"model": one} for one in cells]
    return {"picture": picture, "question": question, "regions": regions, "cells": cells, **more}


def of(events, name, cell=0):
    found = [told for kind, told in events if kind == name and told["cell"] == cell]
    return [{key: value for key, value in told.items() if key != "cell"} for told in found]


def words(events, cell=0):
    return "".join(told["text"] for told in of(events, "words", cell))


@pytest.mark.parametrize("encoding", ["said", "ellipse:color=red", "cropped", "dimmed"])
def test_a_model_of_ours_answers_as_ask_does_and_tells_the_same_picture(house, picture, encoding):
    events = house.events("/api/ask", asked(picture, {"model": "nano", "encoding": encoding}))
    way = EncodingSpec.of(encoding).encode({"it": dx.box(*CROWN)})
    alone = dx.load("nano").ask(SCENE, "What is {it}?", regions=way)
    assert words(events) == alone.text
    (sent,) = of(events, "sent")
    assert sent["words"] == alone.sent.text
    hashes = [frame.image.sha256 for frame in alone.sent.frames]
    assert [one["sha256"] for one in sent["pictures"]] == hashes
    for one, frame in zip(sent["pictures"], alone.sent.frames, strict=True):
        assert open_image(house.client.get(one["url"]).content) == frame.image
    assert sent["dialect"] == alone.sent.dialect


def test_the_picture_that_a_server_got_is_shown_byte_for_byte(house, picture, engine):
    cell = {"model": "qwen", "encoding": "arrow:color=red"}
    events = house.events("/api/ask", asked(picture, cell))
    (sent,) = of(events, "sent")
    (one,) = sent["pictures"]
    (got,) = engine.requests[0].pictures
    data = house.client.get(one["url"])
    assert data.headers["content-type"] == "image/png"
    assert open_image(data.content) == got
    assert one["sha256"] == got.sha256
    assert sent["words"] == engine.texts[0]


@pytest.mark.parametrize("question", ["What is {it}?", "What is in the picture?"])
def test_a_picture_that_is_sent_as_it_is_is_the_one_that_was_kept(house, picture, engine, question):
    events = house.events("/api/ask", asked(picture, "qwen", question=question))
    (one,) = of(events, "sent")[0]["pictures"]
    assert one["sha256"] == picture == open_image(SCENE).sha256
    assert open_image(house.client.get(one["url"]).content) == engine.requests[0].pictures[0]


def test_regions_of_the_answer_come_back_in_pixels_with_what_was_not_understood(
    house, picture, engine
):
    engine.answer = lambda body: f"here: {SAID}"
    events = house.events("/api/ask", asked(picture, "qwen"))
    (told,) = of(events, "regions")
    (region,) = told["regions"]
    assert region["box"] == pytest.approx(CROWN, abs=0.5)
    assert told["unread"] == []
    text = words(events)
    assert text[region["start"] : region["end"]] in SAID


def test_several_cells_answer_in_one_stream_and_are_all_kept(house, picture, engine):
    engine.answer = lambda body: "it is red" if body["model"] == "qwen" else "?"
    cells = [{"model": "qwen", "encoding": way} for way in ("said", "arrow", "cropped")]
    events = house.events("/api/ask", asked(picture, *cells, "other", "nano"))
    assert events[0][0] == "entry"
    assert events[-1] == ("over", {"entry": events[0][1]["entry"]})
    kept = house.client.get(f"/api/history/{events[0][1]['entry']}").json()
    assert [one["text"] for one in kept["cells"]] == [words(events, cell) for cell in range(5)]
    assert kept["regions"] == REGIONS
    assert kept["shown"]["id"] == picture
    for place, cell in enumerate(kept["cells"]):
        (sent,) = of(events, "sent", place)
        assert cell["sent"] == sent
        assert cell["cost"]["seconds"] > 0
        assert cell["cost"]["tokens"] > 0


def test_an_error_of_one_cell_does_not_stop_the_others(house, picture, engine):
    def answer(body):
        marked = body["messages"][0]["content"][0]["image_url"]["url"]
        told = b'{"error": {"message": "no <b>room</b>", "code": "full"}}'
        return Reply(pieces=[told], status=500) if marked != plain else "fine"

    house.events("/api/ask", asked(picture, "qwen"))
    plain = engine.requests[0].body["messages"][0]["content"][0]["image_url"]["url"]
    engine.answer = answer
    wrong = {"model": "qwen", "encoding": "arrows"}
    cells = [{"model": "qwen", "encoding": "arrow"}, "nobody", wrong, "other", "qwen"]
    events = house.events("/api/ask", asked(picture, *cells))
    errors = [of(events, "error", cell) for cell in range(5)]
    told = [one[0]["error"]["message"] if one else "" for one in errors]
    assert told[0] == "no <b>room</b>"
    assert "no model named 'nobody'" in told[1]
    assert "arrow" in told[2]
    assert told[3:] == ["", ""]
    assert words(events, 3) == words(events, 4) == "fine"
    kept = house.client.get(f"/api/history/{events[0][1]['entry']}").json()
    assert kept["cells"][0]["error"]["code"] == "full"
    assert len(of(events, "end", 2)) == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"picture": "ab" * 32}, "no picture"),
        ({"picture": "../../etc/passwd"}, "no picture"),
        ({"question": "  "}, "a question has words"),
        ({"cells": []}, "ask 1 to"),
        ({"cells": [{"model": "qwen", "temper": 1}]}, "temper"),
        ({"regions": {"it": 7}}, "is no object"),
        ({"cells": [{"model": "qwen", "after": [999999, 0]}]}, "not in the history any more"),
        ({"settings": {"max_tokens": 0}}, "max_tokens"),
    ],
)
def test_a_question_that_cannot_be_is_refused_before_anything_is_kept(
    house, picture, changed, told
):
    before = house.client.get("/api/history").json()
    answer = house.client.post("/api/ask", json={**asked(picture, "qwen"), **changed})
    assert answer.status_code in (400, 404, 409)
    assert told in answer.json()["error"]["message"]
    assert house.client.get("/api/history").json() == before


def test_a_cell_goes_on_with_its_own_turns(house, picture, engine):
    engine.answer = lambda body: "first of " + body["model"]
    entry = house.events("/api/ask", asked(picture, "qwen", "nano"))[0][1]["entry"]
    engine.requests.clear()
    moved = {"it": {"kind": "box", "box": [1, 2, 30, 40]}}
    after = {"model": "qwen", "after": [entry, 0]}
    again = asked(picture, after, question="And {it}?", regions=moved)
    second = house.events("/api/ask", again)[0][1]["entry"]
    roles = [one["role"] for one in engine.requests[0].body["messages"]]
    assert roles == ["user", "assistant", "user"]
    first, answer, _ = engine.requests[0].body["messages"]
    assert SAID in first["content"][1]["text"]  # what was pointed at then, not now
    assert answer["content"] == "first of qwen"
    assert engine.texts[0].startswith('And [{"bbox_2d": [2, ')
    kept = house.client.get(f"/api/history/{second}").json()
    assert kept["cells"][0]["after"] == [entry, 0]
    assert [one["role"] for one in kept["cells"][0]["sent"]["earlier"]] == ["user", "assistant"]


def test_who_leaves_cancels_what_is_under_way_and_what_was_said_is_kept(house, picture, engine):
    release = threading.Event()
    engine.before_reply = lambda body: release.wait(20)
    body = asked(picture, "qwen", {"model": "nano"}, settings={"max_tokens": 500})
    with house.client.stream("POST", "/api/ask", json=body) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: entry"
    backends = house.studio.backends
    until = time.monotonic() + 15
    while backends.num_in_flight and time.monotonic() < until:
        time.sleep(0.02)
    release.set()
    assert backends.num_in_flight == 0
    (line, *_) = house.client.get("/api/history").json()["entries"]
    kept = house.client.get(f"/api/history/{line['id']}").json()
    assert kept["cells"][0]["finish"] == "left"


def test_a_replay_asks_the_same_again_as_a_new_question(house, picture, engine):
    cells = [{"model": "qwen", "encoding": "arrow"}, "nano"]
    settings = {"settings": {"max_tokens": 16, "temperature": 0.0}}
    first = house.events("/api/ask", asked(picture, *cells, **settings))
    entry = first[0][1]["entry"]
    again = house.events(f"/api/history/{entry}/replay", {})
    assert again[0][1]["entry"] > entry
    assert words(again, 1) == words(first, 1)
    assert of(again, "sent", 0) == of(first, "sent", 0)
    one, other = engine.bodies
    assert one == other


def test_what_is_deleted_is_gone_with_the_pictures_that_were_sent_for_it(house, picture):
    cell = {"model": "qwen", "encoding": "rectangle:color=lime,width=7"}
    events = house.events("/api/ask", asked(picture, cell))
    entry, url = events[0][1]["entry"], of(events, "sent")[0]["pictures"][0]["url"]
    assert house.client.get(url).status_code == 200
    assert house.client.delete(f"/api/history/{entry}").status_code == 200
    assert house.client.get(url).status_code == 404
    assert house.client.get(f"/api/history/{entry}").status_code == 404
    assert house.client.get(f"/sent/{picture}").status_code == 200  # the picture itself stays


@pytest.mark.parametrize("name", ["..%2f..%2fquestions.sqlite", "x", "ab" * 32, "AB" * 32])
def test_no_name_of_a_sent_picture_leads_elsewhere(house, picture, name):
    assert house.client.get(f"/sent/{name}").status_code == 404


def test_entries_are_searched(house, picture, engine):
    engine.answer = lambda body: "a wombat"
    entry = house.events("/api/ask", asked(picture, "qwen"))[0][1]["entry"]
    found = house.client.get("/api/history", params={"query": "womb"}).json()["entries"]
    assert [one["id"] for one in found] == [entry]
    assert found[0]["first"] == "a wombat"


@pytest.mark.parametrize("form", ["html", "cases", "llava", "rows", "png", "coco", "labelme"])
def test_a_question_is_exported(house, picture, form):
    entry = house.events("/api/ask", asked(picture, "nano"))[0][1]["entry"]
    body = {"form": form, "entries": [{"id": entry, "expected": ["crown"]}]}
    answer = house.client.post("/api/exports", json=body)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert len(answer.content) > 500


@pytest.mark.parametrize(
    "body",
    [
        {"form": "html", "entries": []},
        {"form": "html", "entries": [{"id": 10**9}]},
        {"form": "none", "entries": "x"},
        {"entries": [{"id": 1}]},
        {"form": "png", "entries": [{"id": 1, "cell": 99}]},
    ],
)
def test_an_export_that_cannot_be_is_refused(house, picture, body):
    answer = house.client.post("/api/exports", json=body)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


def test_people_with_keys_have_histories_of_their_own(tmp_path, engine):
    file = tmp_path / "keys.toml"
    links = {name: add_key(file, name) for name in ("alice", "bob/../..")}
    server = ServerSettings(port=0, picture_workers=1, grace_seconds=2, keys=str(file))
    with open_studio(tmp_path / "home", upstream(engine), server=server) as house:
        seen = {}
        for name, link in links.items():
            visitor = house.visitor(link)
            kept = visitor.post("/api/pictures", content=SCENE.read_bytes()).json()["id"]
            visitor.post("/api/ask", json=asked(kept, "qwen", question=f"of {name}"))
            seen[name] = visitor.get("/api/history").json()["entries"]
            visitor.close()
        assert [[one["question"] for one in lines] for lines in seen.values()] == [
            ["of alice"],
            ["of bob/../.."],
        ]
    folders = [path for path in (tmp_path / "home" / "history").iterdir() if path.is_dir()]
    assert len(folders) == 2
