"""Folders of runs and what they hold: a run that was begun goes on, and none is trained anew."""

import dataclasses
from pathlib import Path

import pytest

from deixis.core.errors import UsageError
from deixis.core.settings import stored_text, to_record
from deixis.train.config import RunConfig
from deixis.train.recipe import home_of, recipes
from deixis.train.run_folder import RunFolder, run_record
from tests.frozen import same

LAB = ("nano_", "things_")
PRODUCT = [name for name in recipes.names() if not name.startswith(LAB)]


def told_of(names):
    """What the recipes of these names say, and where their runs lie."""
    found = {}
    for name in names:
        recipe = recipes.get(name)
        found[name] = {
            "home": home_of(recipe, Path("out"), "a name", ["weights"]).as_posix(),
            "told": stored_text(recipe.options),
            **run_record(recipe.config, {"recipe": name, "task": to_record(recipe.options)}),
        }
    return found


def test_recipes_say_what_they_said_and_lie_where_they_lay():
    same("recipes_product", told_of(PRODUCT))


def test_a_class_that_is_renamed_keeps_its_text():
    @dataclasses.dataclass(frozen=True)
    class Before:
        one: int = 1
        more: tuple[object, ...] = ()

    @dataclasses.dataclass(frozen=True, slots=True)
    class After:
        stored_name = Before.__qualname__

        one: int = 1
        more: tuple[object, ...] = ()

    assert stored_text(After()) == repr(Before())
    assert stored_text((After(2, (After(),)), ["x"])) == repr((Before(2, (Before(),)), ["x"]))
    assert stored_text((After(),)) == repr((Before(),))


def test_a_run_goes_on_by_the_names_of_its_settings(tmp_path):
    folder = RunFolder(tmp_path, keep_checkpoints=1)
    record = run_record(RunConfig(), {"task": {"dtype": "float32"}})
    folder.describe(record)
    folder.check_same(run_record(RunConfig(save_every=7), {"task": {"dtype": "float32"}}), None)
    with pytest.raises(UsageError, match="seed was 0 and is 1"):
        folder.check_same(run_record(RunConfig(seed=1), {"task": {"dtype": "float32"}}), None)
