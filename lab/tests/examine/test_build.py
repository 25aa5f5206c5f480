"""Building a nano model: all stages, the cache, the card."""

import json

import pytest
import torch

from deixis.core.errors import UnknownNameError, UsageError
from deixis.models.interface import Question
from deixis.models.load_by_name import load
from deixis_lab.things.world import HELD_OUT
from deixis_lab.zoo import build as builds
from deixis_lab.zoo.build import Budget, build

TINY = Budget(
    encoder=1, align=1, instruct=1, joint=1, held_out=1, measured=1, workers=0, art="small"
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DEIXIS_CACHE", str(tmp_path))
    return tmp_path / "nano"


def tokens(name):
    asked = Question(pictures=(HELD_OUT.scene(0).image,), text="What is it?")
    return load(name).generate([asked])[0].tokens


@pytest.mark.long
def test_an_architecture_is_built_examined_and_found_again(cache):
    built = build("llava", budget=TINY)
    assert built.folder == cache / "llava" / "model"
    card = (built.folder / "README.md").read_text(encoding="utf-8")
    assert "names the marked thing" in card
    assert "LlavaForConditionalGeneration" in card
    assert tokens("nano:llava") == tokens(str(built.folder))
    record = json.loads((built.folder / "recipe.json").read_text())
    assert record["stages"]["joint"]["task"]["architecture"] == "llava"
    again = build("llava", budget=TINY)
    assert again.measured is None
    weights = load("nano:llava").family.model.state_dict().values()
    assert all(w.dtype == torch.float32 for w in weights if w.is_floating_point())


def test_a_changed_recipe_is_built_anew(cache, monkeypatch):
    stages = {steps: builds.planned("llava", cache, Budget(encoder=steps)) for steps in (1, 2)}
    first, second = map(builds.recipe_digest, stages.values())
    assert first != second


def test_where_the_cache_lies_changes_no_recipe(cache, tmp_path):
    here, there = (builds.planned("llava", home, Budget()) for home in (cache, tmp_path / "b"))
    assert builds.recipe_digest(here) == builds.recipe_digest(there)


def test_stages_begin_where_those_before_end(cache):
    stages = builds.planned("idefics3", cache, Budget())
    assert stages["encoder"].options.start == ""
    assert stages["instruct"].options.start.endswith("align/model")
    assert "joint" not in stages


def test_what_is_not_built_names_the_command(cache):
    with pytest.raises(UsageError, match="deixis lab build paligemma"):
        load("nano:paligemma")


def test_an_unknown_architecture_is_refused():
    with pytest.raises(UnknownNameError, match="llava"):
        build("lava")
