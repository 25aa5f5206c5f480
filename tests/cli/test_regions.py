"""One grammar for a region, and for how it reaches a model, in every command."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest

import deixis as dx
from deixis.cli import main as cli
from deixis.cli._regions import SHAPES, given_regions
from deixis.core import region_json
from deixis.encodings import encodings
from deixis.encodings.drawn import Drawn
from deixis.encodings.spec import EncodingSpec
from deixis.marks.shapes import shapes

SIZE = dx.Size(width=640, height=480)
NUMBERS = {
    "box": "64,48,320,240",
    "xywh": "64,48,256,192",
    "point": "64,48",
    "ellipse": "320,240,60,40",
    "polygon": "10,9;40,2;70,30",
    "stroke": "10,9;40,2;70,30",
}
SCENE = "docs/scene.png"


def region(spec, size=SIZE):
    (given,) = given_regions([f"it={spec}"])
    return given.region(size)


def encoded(spec):
    (given,) = given_regions([f"it={spec}"])
    return given.encoded(SIZE)


def run(capsys, *arguments):
    code = cli.main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_same_box_is_written_in_five_ways(tmp_path):
    box = dx.box(64, 48, 320, 240)
    region_file = tmp_path / "cat.json"
    region_file.write_text(region_json.dumps(box), encoding="utf-8")
    ways = "box:64,48,320,240", "xywh:64,48,256,192", "box%:10,10,50,50", "xywh%:10,10,40,40"
    for way in (*ways, f"@{region_file}", f"json:{region_file}", f"json:{region_json.dumps(box)}"):
        assert region(way) == box


@pytest.mark.parametrize("shape", NUMBERS)
def test_every_shape_is_taken_in_percent_too(shape):
    hundred = dx.Size(width=100, height=100)
    assert region(f"{shape}%:{NUMBERS[shape]}", hundred) == region(f"{shape}:{NUMBERS[shape]}")


def test_the_forms_that_are_shown_are_taken(tmp_path, monkeypatch):
    from deixis.cli._regions import ENCODED, FORMS

    monkeypatch.chdir(tmp_path)
    (tmp_path / "cat.json").write_text('{"kind": "box", "box": [1, 2, 3, 4]}', encoding="utf-8")
    shown = [line.split()[0] for line in f"{FORMS}{ENCODED}".splitlines() if line[:2] == "  "]
    assert len(shown) == 11
    for spec in shown:
        (given,) = given_regions([spec])
        assert given.encoded(SIZE).region


@pytest.mark.parametrize("shape", NUMBERS)
@pytest.mark.parametrize("mark", [*shapes.names(), *encodings.names()])
def test_every_mark_and_encoding_stands_before_every_shape(mark, shape):
    given = encoded(f"{mark}:{shape}:{NUMBERS[shape]}")
    assert given.region == region(f"{shape}:{NUMBERS[shape]}")
    if mark in shapes:
        assert isinstance(given, Drawn)
        assert given.shape == mark
    else:
        assert type(given) is encodings.get(mark)


def test_settings_stand_between_as_evaluations_take_them():
    # the audit's own: `it=drawn:arrow:box:…` was "'arrow' is not a shape"
    for way in ("drawn:arrow", "arrow", "arrow:color=red,width=6", "drawn:arrow,color=red,width=6"):
        spec = EncodingSpec.of(way)
        assert encoded(f"{way}:box:1,2,30,40") == spec.encode({"it": dx.box(1, 2, 30, 40)})["it"]
    assert encoded("cropped:0.5:box:1,2,30,40") == dx.cropped(dx.box(1, 2, 30, 40), context=0.5)
    assert EncodingSpec.of("arrow:color=red").spec == "drawn:arrow,color=red"


def test_a_region_may_be_called_as_a_shape_or_encoding():
    (given,) = given_regions(["box=ellipse:ellipse:5,6,3,2"])
    assert (given.name, given.encoding, given.shape) == ("box", "ellipse", "ellipse")


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("circle:1,2,3,4", "did you mean 'ellipse'"),
        ("bbox:1,2,3,4", "did you mean 'box'"),
        ("arrow:1,2,3,4", "after 'arrow' comes a region, as it=arrow:box:1,2,30,40"),
        ("arow:box:1,2,3,4", "no encoding or mark named 'arow'; did you mean 'arrow'"),
        ("green:box:1,2,3,4", "no encoding or mark named 'green'"),
        ("arrow:color=turquoise:box:1,2,3,4", "did you mean 'cyan'"),
        ("arrow:colour=red:box:1,2,3,4", "did you mean 'color'"),
        ("@none.json", "cannot read none.json"),
        ("box:a,b,c,d", "expected a number, got 'a'"),
        ("box%:1,2,3", "a box is 4 numbers, got 3"),
    ],
)
def test_a_mistake_is_told_with_what_was_meant(spec, told, capsys):
    code, _, err = run(capsys, "ask", SCENE, "What is {it}?", f"it={spec}", "--model", "nano")
    assert code == 2
    assert told in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [  # the audit's own: "did you mean 'red'?", "'scribble'", and 5 seconds of loading
        (("draw", SCENE, "a=box:1,2,30,40", "--color", "pink", "-o", "x.png"), "'magenta'"),
        (("draw", SCENE, "a=box:1,2,30,40", "--shape", "circle", "-o", "x.png"), "'ellipse'"),
        (("draw", SCENE, "a=cropped:box:1,2,30,40", "-o", "x.png"), "'cropped' is no mark"),
        (("say", SCENE, "a=arrow:box:1,2,30,40"), "`deixis say` takes regions alone"),
        (("draw", "https://a.example/b.png", "a=box:1,2,3,4", "-o", "x.png"), "--allow-url"),
    ],
)
def test_a_hint_is_of_the_command_line(arguments, told, capsys):
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert told in err


def test_green_is_a_colour(tmp_path, capsys):  # the audit: "did you mean 'red'?"
    out = str(tmp_path / "out.png")
    code, told, _ = run(capsys, "draw", SCENE, "a=box:1,2,30,40", "--color", "green", "-o", out)
    assert (code, told.splitlines()[0]) == (0, "a: the object within the green rectangle")


def test_marks_of_their_own_stand_beside_those_of_the_options(tmp_path, capsys):
    out = str(tmp_path / "out.jpg")
    given = ("a=arrow:color=blue:box:30,30,90,90", "b=box:100,100,200,200", "c=mask:point:250,250")
    code, told, _ = run(capsys, "draw", SCENE, *given, "--shape", "triangle", "-o", out)
    assert code == 0
    lines = [line.rpartition(" the ")[2] for line in told.splitlines()[:3]]
    assert lines[0] == "blue arrow"
    assert lines[1].endswith("triangle")
    assert lines[2].endswith("mask")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_picture_comes_from_standard_input_and_goes_out_by_its_suffix(
    suffix, tmp_path, capsys, monkeypatch
):
    out = tmp_path / f"out.{suffix}"
    piped = io.TextIOWrapper(io.BytesIO(Path(SCENE).read_bytes()))
    monkeypatch.setattr(sys, "stdin", piped)
    code, _, err = run(capsys, "draw", "-", "a=box:100,100,200,200", "-o", str(out))
    assert (code, err) == (0, "")
    assert dx.open_image(out).size == dx.open_image(SCENE).size


def test_a_picture_that_is_too_large_is_told_the_option(tmp_path, capsys):
    path = str(tmp_path / "large.png")
    dx.Image(pixels=np.zeros((2100, 31_000, 3), np.uint8)).save(path)
    asked = ("say", path, "a=box:1,2,3,4", "--dialect", "pixels")
    code, _, err = run(capsys, *asked)
    assert (code, "give --max-pixels N" in err) == (2, True)
    assert run(capsys, *asked, "--max-pixels", "70000000")[0] == 0


def test_every_shape_of_the_grammar_is_tried_here():
    assert {*SHAPES} == {*NUMBERS, "json"}
