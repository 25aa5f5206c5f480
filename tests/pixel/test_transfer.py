"""Prompts on many models: the matrix, its intervals, and going on where it was."""

import functools
import gc
import json
import re
import weakref
from dataclasses import replace
from functools import partial

import pytest

import deixis as dx
from deixis.core.errors import UnsupportedError, UsageError
from deixis.evals.benchmarks import Options
from deixis.evals.run import RunSettings
from deixis.pixel.card import Card, PromptSource
from deixis.pixel.saved import SavedPrompt, save_prompt
from deixis.pixel.transfer import Cell, Transfer, TransferSettings, transfer
from deixis.pixel.transfer_page import heat_map, page, write_transfer
from tests.evals.conftest import Told
from tests.pixel.nursery import learned

pytestmark = pytest.mark.lab  # it asks about scenes of Things

SETTINGS = TransferSettings(
    benchmark="scenes_presence", options=Options(num_pictures=4), run=RunSettings()
)


class Fixed(Told):
    """A model whose pixels cannot be changed."""

    def with_pixel_change(self, change):
        raise UnsupportedError("fixed cannot change pixels")


@functools.cache
def load(name):
    return dx.Model(Fixed(lambda text: "yes")) if name == "fixed" else dx.load(name)


def prompts():
    sources = (PromptSource(model="tiny:llava"),)
    return {
        "frame": SavedPrompt(prompt=learned("frame", side=48), card=Card(sources=sources)),
        "border": SavedPrompt(prompt=learned("border", side=48), card=Card()),
    }


def found(out, names=("tiny:llava", "fixed"), settings=SETTINGS, **more):
    models = {name: partial(load, name) for name in names}
    return transfer(prompts(), models, settings, out, **more)


def test_every_prompt_meets_every_model_and_nothing_is_asked_twice(tmp_path):
    told = []
    matrix = found(tmp_path, tell=lambda label, reached: told.append((label, reached.num_asked)))
    assert matrix.prompts == ["frame", "border"]
    assert matrix.models == ["tiny:llava", "fixed"]
    assert matrix.num_questions == 4
    own, other = (matrix.cell(name, "tiny:llava") for name in ("frame", "border"))
    assert (own.is_source, other.is_source) == (True, False)
    for cell in (own, other):
        assert cell.gain.low <= cell.gain.change <= cell.gain.high
        assert cell.gain.num_questions == 4
        assert cell.gain.mode == "free"
    assert "cannot change pixels" in matrix.cell("frame", "fixed").problem
    assert ("tiny:llava through border", 4) in told
    again = []
    assert found(tmp_path, tell=lambda label, reached: again.append(reached.num_asked)) == matrix
    assert set(again) == {0}


def test_a_source_that_is_another_model_now_is_told_in_its_cell(tmp_path):
    source = PromptSource(model="tiny:llava", weights="0123456789abcdef", dtype="float32")
    saved = SavedPrompt(prompt=learned("frame", side=48), card=Card(sources=(source,)))
    matrix = transfer(
        {"old": saved}, {"tiny:llava": partial(load, "tiny:llava")}, SETTINGS, tmp_path
    )
    (told,) = matrix.cell("old", "tiny:llava").changed
    assert "has other weights than when the prompt was learned" in told
    write_transfer(matrix, tmp_path, command="")
    assert f"- old on tiny:llava: {told}" in (tmp_path / "README.md").read_text()


@pytest.mark.long
def test_a_model_is_let_go_before_the_next_is_loaded(tmp_path):
    alive = []

    def fresh(name):
        gc.collect()
        assert not [one for one in alive if one() is not None]
        model = dx.load(name)
        alive.append(weakref.ref(model.vlm.family))
        return model

    names = ("tiny:llava", "tiny:blip_2")
    transfer(prompts(), {name: partial(fresh, name) for name in names}, SETTINGS, tmp_path)
    assert len(alive) == 2


def test_gains_under_other_conditions_are_told_apart(tmp_path):
    worse = Options(num_pictures=4, split="validation", corruption="contrast:5")
    cells = found(tmp_path, ("tiny:llava",), replace(SETTINGS, options=worse)).cells
    assert cells[0].gain.asked == "(validation) under contrast:5"
    plain = found(tmp_path, ("tiny:llava",)).cells[0].gain
    assert plain.what != cells[0].gain.what
    save_prompt(prompts()["frame"].prompt, Card(gains=(cells[0].gain,)), tmp_path / "saved")
    assert (
        "scenes_presence (validation) under contrast:5"
        in (tmp_path / "saved" / "README.md").read_text()
    )


def test_a_mode_keeps_the_pixels_of_all_in_its_range(tmp_path):
    matrix = found(tmp_path, ("tiny:llava",), replace(SETTINGS, mode="8bit"))
    assert matrix.cell("frame", "tiny:llava").gain.mode == "8bit"


def test_the_files_tell_all_of_it(tmp_path):
    matrix = found(tmp_path)
    write_transfer(matrix, tmp_path, command="deixis pixel transfer …")
    page = (tmp_path / "README.md").read_text()
    for words in ("| frame |", "| none |", "cannot change pixels", "deixis pixel transfer …"):
        assert words in page
    record = json.loads((tmp_path / "transfer.json").read_text())
    assert record["benchmark"] == "scenes_presence"
    assert (tmp_path / "matrix.png").read_bytes().startswith(b"\x89PNG")


def test_names_of_any_length_leave_room_for_the_map():
    names = ["/a/long/way" * 9 + str(place) for place in range(2)]
    cells = tuple(
        Cell(prompt=f"EVP of {a}", model=b, is_source=a == b) for a in names for b in names
    )
    found = Transfer(benchmark="b", measure="m", num_questions=1, cells=cells)
    assert heat_map(found).startswith(b"\x89PNG")  # matplotlib would warn
    assert all(name in page(found, command="") for name in names)


def test_a_transfer_needs_prompts_and_models(tmp_path):
    with pytest.raises(UsageError, match="at least one prompt and one model"):
        transfer({}, {}, SETTINGS, tmp_path)


@pytest.mark.parametrize("name", ["<script>x</script>", "a | b", "[a](javascript:x)", "a\n\n# b"])
def test_a_name_on_the_page_is_shown_and_never_obeyed(name):
    cell = Cell(prompt=name, model=name, is_source=False, problem=name, changed=(name,))
    found = Transfer(benchmark=name, measure=name, num_questions=3, cells=(cell,))
    text = page(found, command=f"deixis '{name}'")
    shown = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert [len(re.split(r"(?<!\\)\|", row)) for row in rows] == [4, 4, 4, 4]
    assert len(re.findall(r"^#", shown, re.MULTILINE)) == 1
    assert not re.search(r"(?<!\\)<script|(?<!\\)\[a", shown)


@pytest.mark.parametrize("name", ["$\\frac$", "a$_$b", "\ud83d"])
def test_a_map_is_drawn_whatever_things_are_called(name):
    cell = Cell(prompt=name, model=name, is_source=False)
    found = Transfer(benchmark=name, measure="accuracy", num_questions=3, cells=(cell,))
    assert heat_map(found).startswith(b"\x89PNG")
