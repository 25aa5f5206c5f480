"""The page is told where things are, what a model sees of marks, and what others find."""

import pytest

CROWN = [181, 164, 335, 308]
SAID = '[{"bbox_2d": [404, 366, 748, 688], "label": "crown"}]'


def post(house, path, **body):
    answer = house.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_thing_is_found(house, picture, engine):
    engine.answer = lambda body: SAID
    told = post(house, "/api/find", picture=picture, model="qwen", what="the crown")
    (region,) = told["regions"]
    assert region["box"] == pytest.approx(CROWN, abs=0.5)
    assert told["calls"] == 1


def test_that_nothing_is_found_is_told(house, picture, engine):
    told = post(house, "/api/find", picture=picture, model="qwen", what="the crown", many=True)
    assert told["regions"] == []
    assert "names no place" in told["why"]


def test_what_is_left_of_each_mark_is_told_and_the_grid_of_tokens(house, picture):
    regions = {
        "it": {"kind": "box", "box": CROWN, "encoding": "rectangle:color=red"},
        "thin": {"kind": "box", "box": CROWN, "encoding": "rectangle:color=red,width=1,alpha=3"},
        "said": {"kind": "box", "box": CROWN, "encoding": "said"},
    }
    told = post(house, "/api/sight", picture=picture, model="nano", regions=regions)
    assert set(told["marks"]) == {"it", "thin"}
    assert told["marks"]["it"]["losses"] == []
    assert told["marks"]["it"]["visible"] > 0.9
    assert told["marks"]["thin"]["losses"]
    (view,) = told["grid"]["views"]
    assert view["columns"] * view["rows"] == told["grid"]["tokens"]
    assert view["box"][2] > view["box"][0]
    assert told["why"] == {}


def test_what_a_model_behind_a_server_cannot_tell_is_said(house, picture):
    told = post(house, "/api/sight", picture=picture, model="qwen")
    assert told["grid"] is None
    assert "cannot tell where its vision tokens look" in told["why"]["grid"]
    assert told["views"]


@pytest.mark.long
def test_what_sources_find_comes_as_layers_and_one_that_cannot_does_not_stop_others(house, picture):
    told = post(house, "/api/look", picture=picture, sources=["rapidocr", "none"])
    first, second = told["layers"]
    assert first["source"] == "rapidocr"
    assert first["why"] == ""
    assert "none" in second["why"]


def test_how_a_model_counts_is_probed(house, picture, engine):
    told = post(house, "/api/probe", model="qwen", budget=2)
    assert told["calls"] <= 2
    assert "dialect" in told["told"]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/api/find", {"model": "qwen"}, "picture"),
        ("/api/find", {"picture": "ab" * 32, "model": "qwen", "what": "x"}, "no picture"),
        ("/api/find", {"picture": "?", "model": "none", "what": "x"}, "no model named"),
        ("/api/sight", {"picture": "", "model": "nano", "regions": {"it": 4}}, "it"),
        ("/api/look", {"picture": "", "sources": []}, "sources look"),
        ("/api/probe", {"model": "qwen", "budget": 1000}, "budget"),
    ],
)
def test_what_cannot_be_is_refused(house, path, body, told):
    answer = house.client.post(path, json=body)
    assert answer.status_code in (400, 404)
    assert told in answer.json()["error"]["message"]


def test_what_there_is_to_choose_from_is_listed(house):
    told = house.client.get("/api/choices").json()
    assert "said" in told["encodings"]
    assert "arrow" in told["marks"]
    assert "rapidocr" in told["sources"]
    assert told["exports"]["cases"] == "a test case"
