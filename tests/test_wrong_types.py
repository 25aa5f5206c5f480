"""What newcomers tried works, and wrong types are refused in words of ours."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PIL

import deixis as dx
from deixis.core.errors import ImageError, UsageError
from deixis.testing.simulated import scene, simulated
from tests.unhooked import unhooked

ROOT = Path(__file__).parents[1]
PICTURE = PIL.new("RGB", (64, 48), "white")
CUP = dx.box(10, 10, 30, 30, label="cup")


def called(num_calls: int, seed: int) -> subprocess.CompletedProcess[str]:
    """The calls of `fuzz.wrong_types`, in a process without the tests' type hook."""
    command = [sys.executable, "-m", "fuzz.wrong_types", "--calls", str(num_calls)]
    return subprocess.run(
        [*command, "--seed", str(seed)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_wrong_types_are_refused_in_words_of_ours() -> None:
    found = called(1000, seed=1)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.long
def test_wrong_types_are_refused_in_words_of_ours_ten_thousand_times() -> None:
    found = called(10_000, seed=2)
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_path_is_a_models_name(tmp_path: Path) -> None:
    with unhooked(), pytest.raises(UsageError, match="nowhere"):
        dx.load(tmp_path / "nowhere")


def test_what_was_sent_is_saved_and_loaded_by_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = dx.Model(simulated("qwen3_vl", scene(dx.Size(width=320, height=240)).truth))
    sent = model.ask(PICTURE, "What is {cup}?", cup=CUP).sent
    sent.save("s.json")
    assert dx.Sent.load("s.json").text == sent.text


def test_a_path_is_looked_at(tmp_path: Path) -> None:
    PICTURE.save(tmp_path / "a.png")
    (tmp_path / "notes.jsonl").write_text("")
    with pytest.raises(ImageError, match="there is no such file"):
        dx.look("none.png", ["rapidocr"])
    with unhooked(), pytest.raises(UsageError, match="each of the sources is a name"):
        dx.look(str(tmp_path / "a.png"), [3])


@pytest.mark.parametrize(
    "mark",
    [CUP, (10, 10, 30, 30), dx.drawn(CUP), dx.drawn(CUP).mark, {"bbox": [10, 10, 20, 20]}],
)
def test_all_that_is_a_mark_is_drawn_on_all_that_is_a_picture(mark: object) -> None:
    expected = dx.draw(dx.open_image(PICTURE), [dx.drawn(CUP).mark])
    for picture in (PICTURE, np.asarray(PICTURE), dx.open_image(PICTURE)):
        assert dx.draw(picture, [mark]) == expected


def test_regions_that_are_drawn_differ_in_colour() -> None:
    drawn = dx.draw(PICTURE, [CUP, dx.box(35, 10, 60, 30)]).pixels
    left, right = (set(map(tuple, half.reshape(-1, 3))) for half in np.split(drawn, 2, axis=1))
    assert len(left ^ right) >= 2


def test_an_encoding_is_drawn_in_its_turn() -> None:
    dimmed = dx.draw(PICTURE, [dx.dimmed(CUP)])
    assert dimmed.pixels[0, 0, 0] < 255
    assert dimmed.pixels[20, 20, 0] == 255


@pytest.mark.parametrize("picture", [PICTURE, (64, 48), [64, 48], np.zeros((48, 64, 3))])
def test_a_dialect_says_places_on_a_picture_or_a_pair(picture: object) -> None:
    dialect = dx.dialects.get("qwen3_vl")()
    said = dialect.say([CUP], dx.Size(width=64, height=48))
    assert dialect.say([CUP], picture) == said
    assert dialect.say([(10, 10, 30, 30)], picture) == dialect.say(
        [dx.box(10, 10, 30, 30)], picture
    )
    assert dialect.read(said, picture).regions == dialect.read(said, (64, 48)).regions


def test_several_regions_come_as_a_list_a_dict_or_an_array() -> None:
    dialect = dx.dialects.get("qwen3_vl")()
    boxes = np.array([[10, 10, 30, 30], [35, 10, 60, 30]])
    said = dialect.say([dx.box(*box) for box in boxes.tolist()], (64, 48))
    assert dialect.say(boxes, (64, 48)) == said
    named = {"cup": (10, 10, 30, 30)}
    assert dialect.say(named, (64, 48)) == dialect.say([CUP], (64, 48))
