import json

import numpy as np
import pytest
from PIL import Image as PIL

import deixis as dx
from deixis.cli import main as cli
from deixis.marks import VERSION, draw, shapes
from deixis.marks.mark_json import from_record

CUP, DOG = "cup=box:8,12,40,30", "dog=point:50,20"


@pytest.fixture
def picture(tmp_path):
    image = dx.Image(pixels=np.random.default_rng(5).integers(0, 256, (48, 64, 3), dtype=np.uint8))
    path = tmp_path / "picture.png"
    path.write_bytes(image.png())
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.png"


def run(capsys, *arguments):
    code = cli.main(["draw", *(str(argument) for argument in arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def pixels(path):
    return np.asarray(PIL.open(path))


def test_draw_writes_the_picture_and_says_the_words(picture, out, capsys):
    code, printed, _ = run(capsys, picture, CUP, "-o", out)
    assert code == 0
    assert printed == f"cup: the object within the white rectangle\n{out}\n"
    expected = dx.draw(dx.open_image(str(picture)), [dx.Mark(shape="rectangle", region=box())])
    assert np.array_equal(pixels(out), expected.pixels)


def box():
    return dx.box(8, 12, 40, 30, label="cup")


def test_marks_of_one_shape_get_colours_that_tell_them_apart(picture, out, capsys):
    _, printed, _ = run(capsys, picture, CUP, DOG, "--shape", "arrow", "-o", out)
    assert "cup: the object pointed to by the white arrow" in printed
    assert "dog: the object pointed to by the yellow arrow" in printed
    _, printed, _ = run(
        capsys, picture, CUP, DOG, "--shape", "arrow", "--style", "plain", "-o", out
    )
    assert "cup: the object pointed to by the red arrow" in printed
    assert "dog: the object pointed to by the lime arrow" in printed


def test_more_regions_than_names_of_colours_get_numbers(out, tmp_path, capsys):
    path = tmp_path / "large.png"
    path.write_bytes(dx.Image(pixels=np.full((400, 600, 3), 99, dtype=np.uint8)).png())
    many = [f"r{i}=box:{i * 40 + 5},10,{i * 40 + 30},60" for i in range(12)]
    code, printed, _ = run(capsys, path, *many, "-o", out)
    assert code == 0
    assert "r11: the object marked 12" in printed


def test_marks_for_a_model_are_of_the_style_that_it_was_taught(picture, out, capsys):
    for model, profile in (("tiny:vipllava", "plain"), ("tiny:llava", "clear")):
        printed = run(capsys, picture, CUP, "--for", model, "-o", out, "--json")[1]
        assert json.loads(printed)["marks"][0]["mark"]["style"]["profile"] == profile


def test_each_region_can_have_its_own_shape_and_colour(picture, out, capsys):
    options = ("--shape", "mask,arrow", "--color", "#102030,gold", "--width", 4, "--alpha", 99)
    _, printed, _ = run(capsys, picture, CUP, DOG, *options, "-o", out, "--json")
    marks = [from_record(entry["mark"]) for entry in json.loads(printed)["marks"]]
    assert [mark.shape for mark in marks] == ["mask", "arrow"]
    assert [mark.style.color.rgb for mark in marks] == [(16, 32, 48), (255, 215, 0)]
    assert {(mark.style.width, mark.style.alpha) for mark in marks} == {(4, 99)}


def test_json_is_enough_to_draw_the_same_again(picture, out, capsys):
    _, printed, _ = run(capsys, picture, CUP, DOG, "--style", "release", "-o", out, "--json")
    record = json.loads(printed)
    assert record["renderer"] == VERSION
    marks = [from_record(entry["mark"]) for entry in record["marks"]]
    assert np.array_equal(draw(dx.open_image(str(picture)), marks).pixels, pixels(out))


@pytest.mark.parametrize("style", ["paper", "release"])
def test_the_same_seed_draws_the_same(picture, out, capsys, style):
    drawn = []
    for seed in (1, 1, 2):
        run(capsys, picture, CUP, DOG, "--style", style, "--seed", seed, "-o", out)
        drawn.append(pixels(out))
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_a_shape_and_colour_that_are_given_are_kept_by_lot(picture, out, capsys):
    options = ("--style", "paper", "--shape", "point", "--color", "gold", "-o", out, "--json")
    entry = json.loads(run(capsys, picture, CUP, *options)[1])["marks"][0]
    assert entry["mark"]["shape"] == "point"
    assert entry["mark"]["style"]["name"] == "gold"


def test_a_sheet_shows_every_shape(picture, out, capsys):
    assert run(capsys, picture, CUP, DOG, "--sheet", "-o", out)[0] == 0
    assert pixels(out).shape == (2 * (252 + 28) + 8, 4 * (336 + 8) + 8, 3)
    assert len(shapes.names()) == 8


def test_the_help_names_every_shape(capsys):
    with pytest.raises(SystemExit):
        cli.main(["draw", "--help"])
    assert ", ".join(shapes.names()) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((CUP, "-o", "out.jgp"), "did you mean '.jpg'"),
        ((CUP, "--shape", "a,b", "-o", "out.png"), "2 values for 1 regions"),
        ((CUP, "--shape", "arow", "-o", "out.png"), "did you mean 'arrow'"),
        ((CUP, "--color", "read", "-o", "out.png"), "did you mean 'red'"),
        ((CUP, "--alpha", "300", "-o", "out.png"), "alpha is within"),
        ((CUP, "--style", "paper", "--seed", "-1", "-o", "out.png"), "seed is within"),
        (("cup=box:800,800,900,900", "-o", "out.png"), "outside"),
        ((CUP, DOG, "--color", "red", "-o", "out.png"), "would both be"),
        ((CUP, "-o", "/dev/null/out.png"), "cannot make /dev/null"),
        ((CUP, "--tags", "1", "--shape", "mask", "-o", "out.png"), "outlines of its own"),
    ],
)
def test_a_mistake_is_told_and_writes_nothing(picture, capsys, arguments, says, tmp_path):
    before = sorted(tmp_path.iterdir())
    code, _, told = run(capsys, picture, *arguments)
    assert code == 2
    assert says in told
    assert sorted(tmp_path.iterdir()) == before


def test_marks_for_a_model_are_made_so_that_it_sees_them(picture, out, capsys):
    options = ("--alpha", 3, "--width", 1, "--for", "tiny:llava", "-o", out)
    code, printed, _ = run(capsys, picture, CUP, *options)
    assert code == 0
    assert "in tiny:llava: lines" in printed
    record = json.loads(run(capsys, picture, CUP, *options, "--json")[1])["marks"][0]
    assert record["mark"]["style"]["alpha"] > 3
    assert record["left"]["losses"] == []


@pytest.mark.parametrize(("kind", "words"), [("1", "marked 2"), ("A", "marked B")])
def test_regions_can_be_tagged(picture, out, capsys, kind, words):
    code, printed, _ = run(capsys, picture, CUP, DOG, "--tags", kind, "-o", out)
    assert code == 0
    assert f"dog: the object {words}" in printed
    record = json.loads(run(capsys, picture, CUP, DOG, "--tags", kind, "-o", out, "--json")[1])
    assert record["tags"][1] == {"name": "dog", "phrase": f"the object {words}"}


def test_letters_leave_a_nose_and_a_badge_in_sight(tmp_path, out, capsys):
    """Audit, 5: `draw --tags A` put A on the astronaut's nose and E on her badge."""
    image = dx.Image(pixels=np.full((512, 512, 3), 90, dtype=np.uint8))
    picture = tmp_path / "astronaut.png"
    picture.write_bytes(image.png())
    boxes = [(175, 60, 270, 200), (0, 100, 130, 400), (110, 280, 180, 340), (300, 390, 480, 500)]
    boxes.append((280, 335, 335, 375))
    given = [f"r{i}=box:{','.join(map(str, one))}" for i, one in enumerate(boxes)]
    assert run(capsys, picture, *given, "--tags", "A", "-o", out)[0] == 0
    nose, badge = pixels(out)[120:150, 215:240], pixels(out)[335:375, 280:335]
    assert (nose == 90).all()
    assert (badge == 90).all()
