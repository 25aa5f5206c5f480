"""Prompts on many models: the matrix, its intervals, and going on where it was."""

import functools
import json
from functools import partial

import pytest

import deixis as dx
from deixis.core.errors import UnsupportedError, UsageError
from deixis.evals.benchmarks import Options
from deixis.evals.run import RunSettings
from deixis.evals.transfer import Contender, TransferSettings, transfer
from deixis.evals.transfer_page import write_transfer
from tests.evals.conftest import Told
from tests.pixel.nursery import learned

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


def contenders():
    return {
        "frame": Contender(prompt=learned("frame", side=48), sources=("tiny:llava",)),
        "border": Contender(prompt=learned("border", side=48)),
    }


def found(out, names=("tiny:llava", "fixed"), settings=SETTINGS, **more):
    models = {name: partial(load, name) for name in names}
    return transfer(contenders(), models, settings, out, **more)


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


def test_a_mode_keeps_the_pixels_of_all_in_its_range(tmp_path):
    from dataclasses import replace

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


def test_a_transfer_needs_prompts_and_models(tmp_path):
    with pytest.raises(UsageError, match="at least one prompt and one model"):
        transfer({}, {}, SETTINGS, tmp_path)
