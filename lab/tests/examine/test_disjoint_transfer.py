"""Two models that share no scene, and prompts between them."""

import json
from pathlib import Path

import pytest

from deixis.cli.main import main
from deixis.train.recipe import recipes
from deixis_lab.examine.disjoint_transfer import WORLDS, stages

MODELS = ("steps=1", "batch_size=2", "task.num_held_out=1", "num_workers=0", "threads=1")
MODELS += ("task.art=small",)
PROMPTS = ("batch_size=2", "task.num=2", "task.num_held_out=0")


def test_no_stage_of_one_model_meets_a_scene_of_the_other_or_of_the_prompts():
    seeds = {
        world: {
            recipes.get(one.recipe).with_settings(one.settings).options.world_seed
            for one in stages(world)
        }
        for world in WORLDS
    }
    assert seeds == {world: {world} for world in WORLDS}
    assert not {0, 1}.intersection(WORLDS)  # prompts are learned on 0 and asked about 1


@pytest.mark.long
def test_both_are_trained_and_each_is_asked_with_the_others_prompt(tmp_path, capsys):
    words = ["lab", "apart", "--task", "scenes_presence", "--variant", "EVP", "--steps", "1"]
    words += ["--limit", "2", "--out", str(tmp_path), "--json"]
    for option, settings in (("--set-model", MODELS), ("--set", PROMPTS)):
        for one in settings:
            words += [option, one]
    assert main(words) == 0
    cells = json.loads(capsys.readouterr().out)["cells"]
    assert [cell["is_source"] for cell in cells] == [True, False, False, True]
    models = {Path(cell["model"]) for cell in cells}
    weights = {(model / "model.safetensors").read_bytes() for model in models}
    assert len(models) == len(weights) == 2
    assert "--set-model steps=1" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--task", "nope"], "no task named 'nope'"),
        (["--task", "scenes_presense"], "scenes_presence"),
        (["--task", "scenes_presence", "--variant", "EVPP"], "EVPP"),
        (["--task", "scenes_presence", "--set", "task.nom=3"], "nom"),
        (["--task", "scenes_presence", "--set-model", "stepps=3"], "stepps"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_trained(words, said, tmp_path, capsys):
    assert main(["lab", "apart", *words, "--out", str(tmp_path / "out")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
