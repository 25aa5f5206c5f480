"""The stages follow one another from folder to folder, as commands would run them."""

import dataclasses
from pathlib import Path

import pytest
import torch

from deixis.models.load_by_name import load
from deixis.train.recipe import recipes
from deixis.train.run import run

pytestmark = pytest.mark.long
STAGES = ("nano_encoder", "nano_align", "nano_instruct", "nano_joint")


def test_every_stage_is_a_recipe() -> None:
    assert set(STAGES) <= set(recipes.names())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two steps of each stage on two pictures."""
    root = tmp_path_factory.mktemp("runs")
    before = torch.get_num_threads()
    start = ""
    for name in STAGES:
        recipe = recipes.get(name)
        config = dataclasses.replace(
            recipe.config, steps=2, batch_size=2, num_workers=0, threads=1, precision="fp32"
        )
        options = dataclasses.replace(recipe.options, start=start, num_held_out=2, art="small")
        outcome = run(recipe.build(options), config, root / name)
        assert outcome.finished
        start = str(root / name / "model")
    torch.set_num_threads(before)
    return root


def test_each_stage_goes_on_from_the_one_before(trained: Path) -> None:
    towers = [
        load(str(trained / name / "model")).family.model.model.vision_tower for name in STAGES
    ]
    encoder, aligned, instructed, joint = (
        torch.cat([weight.flatten() for weight in tower.parameters()]) for tower in towers
    )
    assert torch.equal(encoder, aligned)
    assert torch.equal(aligned, instructed)
    assert not torch.equal(instructed, joint)


def test_the_encoders_readers_are_kept(trained: Path) -> None:
    assert (trained / "nano_encoder" / "model" / "readers.safetensors").is_file()
