"""The matrix of pixel prompts: what its rows are, and that it notices a model that changed."""

from dataclasses import replace

import pytest

from deixis.core.errors import UsageError
from deixis.pixel.transfer_matrix import (
    ASIDE,
    ENSEMBLES,
    PLAIN,
    VARIANTS,
    MatrixSettings,
    learned_and_transferred,
    recipe_of,
    rows,
)
from tests.models.tiny_folder import tiny_folder

pytestmark = pytest.mark.lab  # it asks about scenes of Things

TINY = (
    "batch_size=2",
    "task.num=2",
    "task.num_held_out=0",
    "task.layout.side=24",
    "task.layout.width=3",
)


def settings(*models, **changes):
    usual = {
        "task": "scenes_presence",
        "recipe": "nano_pixel",
        "steps": 1,
        "limit": 2,
        "more": TINY,
    }
    return MatrixSettings(models=models, **(usual | changes))


def test_each_kind_is_learned_on_each_model_and_each_choice_of_them():
    found = rows(settings("a", "b", "c"))
    assert len(found) == 1 + 3 * len(VARIANTS) + 3 + 1
    assert found[0] == (PLAIN, ())
    assert [sources for kind, sources in found if kind == "TVP, 3 sources"] == [("a", "b", "c")]
    assert rows(settings("a", variants=tuple(ENSEMBLES))) == []


@pytest.mark.parametrize("variant", [*VARIANTS, *ASIDE])
def test_what_makes_a_row_holds_against_settings_of_all(variant):
    more = ("task.sources=b", "task.task=scenes_text", "task.layout.width=3", "steps=7")
    options = recipe_of(settings("a", more=more), variant, ["a"]).options
    assert (options.sources, options.task) == (("a",), "scenes_presence")
    widths = {"TVP, narrow": 4, "TVP, wide": 14}
    assert options.layout.width == widths.get(variant, 3)
    assert recipe_of(settings("a", more=more), variant, ["a"]).config.steps == 7


@pytest.mark.long
def test_a_model_that_was_trained_anew_is_learned_on_again(tmp_path):
    model = tmp_path / "llava"
    chosen = settings(str(model), variants=("EVP",))
    tiny_folder(model)
    first = learned_and_transferred(chosen, tmp_path / "out")
    assert learned_and_transferred(chosen, tmp_path / "out") == first
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 1
    tiny_folder(model, seed=1)
    again = learned_and_transferred(chosen, tmp_path / "out")
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 2
    assert again.cells[0].changed == ()


def test_a_model_named_twice_is_refused():
    with pytest.raises(UsageError, match="named once"):
        settings("a", "a")


@pytest.mark.long
def test_side_by_side_it_is_the_same(tmp_path):
    models = [tmp_path / "one", tmp_path / "other"]
    for seed, model in enumerate(models):
        tiny_folder(model, seed=seed)
    chosen = settings(*map(str, models), variants=("EVP",))
    alone = learned_and_transferred(chosen, tmp_path / "alone")
    assert learned_and_transferred(replace(chosen, jobs=2), tmp_path / "both") == alone
    with pytest.raises(UsageError, match="jobs are at least 1"):
        replace(chosen, jobs=0)
