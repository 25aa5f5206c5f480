"""The laboratory's stored names: recipes of nanos, folders of studies and of the pixel matrix."""

from pathlib import Path

from tests.frozen import same
from tests.frozen.test_run_folders import LAB, told_of

from deixis.core.progress import Silent
from deixis.pixel.transfer_matrix import ASIDE, ENSEMBLES, VARIANTS, MatrixSettings, recipe_of, rows
from deixis.train.recipe import home_of, recipes
from deixis_lab.examine.studying import taught
from deixis_lab.studies import studies
from deixis_lab.zoo import nano
from deixis_lab.zoo.build import budget_of, planned, recipe_digest


def test_a_nano_is_found_in_the_cache_by_the_recipe_that_it_had():
    found = {
        name: recipe_digest(planned(name, Path("home"), budget_of(name)))
        for name in sorted(nano.names())
    }
    same("nano_digests", found)


def test_a_study_s_runs_lie_where_they_lay(monkeypatch):
    places = {}
    monkeypatch.setattr(
        "deixis_lab.examine.studying.trained", lambda recipe, place, reporter: place
    )
    for name in sorted(studies.names()):
        study = studies.get(name)()
        for variant in study.variants:
            stages = study.stages(variant)
            place = taught(stages, 1, ("threads=1",), Path("out"), Silent()).folder
            places[f"{name}: {variant.name}"] = place.as_posix()
    same("study_folders", places)


def test_the_pixel_matrix_finds_its_runs():
    settings = MatrixSettings(
        task="scenes_presence",
        recipe="nano_pixel",
        models=("a", "b"),
        variants=(*VARIANTS, *ASIDE, *(name for name, size in ENSEMBLES.items() if size == 2)),
    )
    found = {}
    for variant, sources in rows(settings):
        recipe = recipe_of(settings, variant, sources)
        place = home_of(recipe, Path("out"), variant, list(sources))
        found[f"{variant}: {'+'.join(sources)}"] = place.as_posix()
    same("matrix_folders", found)


def test_recipes_say_what_they_said_and_lie_where_they_lay():
    same("recipes_lab", told_of([name for name in recipes.names() if name.startswith(LAB)]))
