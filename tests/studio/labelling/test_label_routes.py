"""Label mode over HTTP: two people on one folder, models that propose, files that leave."""

import io
import json
import zipfile

import pytest

import deixis as dx
from deixis.data.adapters import regions_of
from deixis.testing import serve
from tests.serve.running import upstream
from tests.studio.labelling.labelling import CUP, DOG, HEIGHT, WIDTH, labelling, photos

HOSTILE = "<img src=x onerror=alert(1)>.png"


def answered(body):
    """A model that finds two cups, and no dog."""
    words = json.dumps(body["messages"])
    return '[{"bbox_2d": [100, 200, 300, 400]}, {"bbox_2d": [500, 500, 900, 900]}]' * (
        "cup" in words
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = photos(tmp_path_factory.mktemp("photos"), "1.png", "2.png", "10.png", HOSTILE)
    photos(folder, "in/3.png", "in/5.png")
    (folder / "4.png").write_bytes(b"no picture")
    with serve(answer=answered) as model:
        home = tmp_path_factory.mktemp("home")
        with labelling(folder, home, upstream(model, dialect="qwen3_vl")) as found:
            yield found


def test_the_folder_is_told_in_its_order(house):
    told = house.person().get().json()
    names = [one["name"] for one in told["pictures"]]
    assert names == ["1.png", "2.png", "4.png", "10.png", HOSTILE, "in/3.png", "in/5.png"]
    assert told["folder"] == house.folder.name


def test_what_is_saved_comes_back_to_another_person(house):
    ann, bob = house.person("ann"), house.person()
    opened = ann.open("1.png")
    assert (opened["kept"], opened["revision"]) == (None, "")
    assert (opened["picture"]["width"], opened["picture"]["height"]) == (WIDTH, HEIGHT)
    regions = {"cup": CUP, "dog": {**DOG, "encoding": "arrow:color=red"}}
    saved = ann.save(opened, regions, done=True).json()
    found = bob.open("1.png")
    assert found["kept"]["regions"] == regions
    assert (found["kept"]["by"], found["kept"]["done"]) == ("ann", True)
    assert found["revision"] == saved["revision"]
    states = bob.get("/progress").json()["states"]
    assert states[opened["key"]] == "done"
    (row,) = (one for one in regions_of(house.folder / "regions") if one.image == "1.png")
    assert row.regions[0] == dx.box(3, 4, 20, 30, label="cup")


def test_two_people_on_one_picture_see_both_versions_and_lose_none(house):
    ann, bob = house.person("ann"), house.person("bob")
    anns, bobs = ann.open("2.png"), bob.open("2.png")
    assert (anns["holder"], bobs["holder"]) == (None, "ann")
    assert bob.get("/progress").json()["others"][anns["key"]] == "ann"
    kept = ann.save(anns, {"cup": CUP}).json()
    refused = bob.save(bobs, {"dog": DOG})
    assert refused.status_code == 409
    told = refused.json()
    assert told["error"]["code"] == "outdated"
    assert "ann has saved" in told["error"]["message"]
    assert (told["kept"]["regions"], told["refused"]["regions"]) == ({"cup": CUP}, {"dog": DOG})
    again = bob.open("2.png")
    assert again["kept"]["regions"] == {"cup": CUP}
    (mine,) = again["refused"]
    assert (mine["mine"], mine["regions"]) == (True, {"dog": DOG})
    assert [one["mine"] for one in ann.open("2.png")["refused"]] == [False]
    joined = {"cup": CUP, "dog": DOG}
    assert bob.save(again, joined).status_code == 200
    assert bob.open("2.png")["refused"] == []
    assert ann.save(anns, {}, based_on=kept["revision"]).status_code == 409
    ann.post(f"/pictures/{anns['key']}/decide", {"who": ann.open("2.png")["refused"][0]["who"]})
    found = ann.open("2.png")
    assert (found["kept"]["regions"], found["refused"]) == (joined, [])


def test_two_windows_of_one_browser_are_two_writers(house):
    ann, bob = house.person("ann"), house.person("bob")
    opened = ann.open("in/5.png")
    bob.save(bob.open("in/5.png"), {"cup": CUP, "dog": DOG})
    for window, regions in (("1", {"cup": CUP}), ("2", {"dog": DOG})):
        ann.client.headers["X-Deixis-Window"] = window
        assert ann.save(opened, regions).status_code == 409
    found = ann.open("in/5.png")
    assert found["holder"] == "ann"  # in another window
    versions = sorted((tuple(one["regions"]), one["mine"]) for one in found["refused"])
    assert versions == [(("cup",), False), (("dog",), True)]


def test_who_leaves_holds_no_picture(house):
    ann, bob = house.person("ann"), house.person("bob")
    ann.open("10.png")
    ann.post("/leave", {})
    assert bob.open("10.png")["holder"] is None


def test_a_picture_that_is_made_ready_ahead_is_held_by_nobody(house):
    ann, bob = house.person("ann"), house.person("bob")
    key = ann.key("in/3.png")
    assert ann.get(f"/pictures/{key}?ahead").json()["picture"]["width"] == WIDTH
    assert bob.open("in/3.png")["holder"] is None


def test_a_name_is_text_whatever_it_holds(house):
    ann = house.person("%3Cb%3EAnn%20%C3%84")
    opened = ann.open(HOSTILE)
    ann.save(opened, {"<script>": CUP})
    found = house.person().open(HOSTILE)["kept"]
    assert (found["by"], list(found["regions"])) == ("<b>Ann Ä", ["<script>"])


def test_what_is_no_picture_is_told_and_others_go_on(house):
    ann = house.person()
    told = ann.get(f"/pictures/{ann.key('4.png')}")
    assert told.status_code == 400
    assert "error" in told.json()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"regions": []}, "regions are an object"),
        ({"regions": {"a": {"kind": "box", "box": [1, 2]}}}, "expected 4 numbers"),
        ({"regions": {"": CUP}}, "a region's name"),
        ({"regions": {"a": {**CUP, "encoding": "no such"}}}, "no such"),
        ({"regions": {"a": {**CUP, "encoding": 3}}}, "an encoding is text"),
        ({"regions": {"a": {"kind": "mask", "size": [4, 4], "counts": "0@"}}}, "mask"),
        ({"done": 1}, "whether it is done"),
        ({"based_on": None}, "based_on"),
        ({"picture": "../../etc"}, "no picture"),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused_in_words(house, more, words):
    ann = house.person()
    opened = ann.open("in/3.png")
    body = {"picture": opened["picture"]["id"], "regions": {}, "done": False, "based_on": ""}
    told = ann.post(f"/pictures/{opened['key']}", body | more)
    assert told.status_code in (400, 404)
    assert words in told.json()["error"]["message"]
    assert ann.open("in/3.png")["kept"] is None


def test_no_key_leads_out_of_the_folder(house):
    ann = house.person()
    for key in ("..%2f..%2fetc%2fpasswd", "0" * 16, "1.png"):
        assert ann.get(f"/pictures/{key}").status_code == 404


def test_labels_are_added_keyed_and_removed(house):
    ann = house.person()
    assert ann.post("/labels", {"add": ["<b>cup"]}).json()["labels"] == [
        {"name": "<b>cup", "key": "1"}
    ]
    assert ann.post("/labels", {"name": "<b>cup", "key": "x"}).json()["labels"][0]["key"] == "x"
    assert house.person().get().json()["labels"] == [{"name": "<b>cup", "key": "x"}]
    assert ann.post("/labels", {"remove": "<b>cup"}).json() == {"labels": []}
    assert ann.post("/labels", {"add": 3}).status_code == 400


def test_a_model_proposes_and_nothing_is_kept_of_it(house):
    ann = house.person()
    opened = ann.open("10.png")
    wanted = {"model": "qwen", "things": ["cup", "dog", "cup"], "kind": "box"}
    told = ann.post(f"/pictures/{opened['key']}/propose", wanted).json()
    assert [one["label"] for one in told["regions"]] == ["cup", "cup"]
    assert told["regions"][0]["source"] == "model:qwen"
    assert told["regions"][0]["box"] == pytest.approx([6.4, 9.6, 19.2, 19.2], abs=0.1)
    assert list(told["why"]) == ["dog"]
    assert ann.open("10.png")["kept"] is None


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"model": "gone", "things": ["cup"]}, 404),
        ({"model": 3, "things": ["cup"]}, 400),
        ({"model": "qwen", "things": []}, 400),
        ({"model": "qwen", "things": [" "]}, 400),
        ({"model": "qwen", "things": ["cup"], "kind": "mask"}, 400),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(house, wanted, status):
    ann = house.person()
    assert ann.post(f"/pictures/{ann.key('10.png')}/propose", wanted).status_code == status


@pytest.mark.parametrize("format", ["coco", "labelme", "regions", "yolo", "voc"])
def test_what_was_labelled_comes_back_from_each_export(house, tmp_path, format):
    ann = house.person()
    opened = ann.open("1.png")
    ann.save(opened, {"cup": CUP}, done=True)
    told = ann.get("/export", params={"format": format})
    assert told.status_code == 200, told.text
    if told.headers["content-type"] == "application/zip":
        zipfile.ZipFile(io.BytesIO(told.content)).extractall(tmp_path)
        (place,) = tmp_path.iterdir()
    else:
        place = tmp_path / told.headers["content-disposition"].rpartition("'")[2]
        place.write_bytes(told.content)
    rows = {row.image: row for row in regions_of(place, format=format, images=house.folder)}
    (cup,) = rows["1.png"].regions
    assert cup.label == "cup"
    assert cup.box().xyxy == pytest.approx((3, 4, 20, 30), abs=0.01)


def test_a_format_that_is_not_known_is_refused(house):
    assert house.person().get("/export", params={"format": "cocoo"}).status_code == 400


def test_nothing_is_told_without_a_session(house):
    ann = house.person()
    ann.client.headers["X-Deixis-Token"] = "x"
    assert ann.get().status_code == 403
    ann.client.cookies.clear()
    assert ann.get().status_code == 401
