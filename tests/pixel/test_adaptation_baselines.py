"""One model taught the same examples by pixels, by soft words and by adapters, or better asked."""

import json

import pytest

from deixis.ask.loading import load
from deixis.cli.main import main
from deixis.core.errors import UsageError
from deixis.data.tasks import TaskOptions, tasks
from deixis.pixel.adaptation_baselines import (
    RivalSettings,
    adapter_recipe,
    best_words,
    prompt_recipe,
    words_recipe,
    written,
)
from tests.models.tiny_folder import tiny_folder

TASK = "scenes_classification"
pytestmark = pytest.mark.lab  # it asks about scenes of Things


def test_all_see_the_same_samples_in_the_same_order(tmp_path):
    settings = RivalSettings(
        task=TASK, model="nano", num=6, steps=3, prompts=("batch_size=2", "seed=4")
    )
    frame = prompt_recipe(settings)
    rivals = (words_recipe(settings), adapter_recipe(settings, tmp_path))
    for name in ("steps", "batch_size", "seed", "precision"):
        for rival in rivals:
            assert getattr(frame.config, name) == getattr(rival.config, name)
    assert rivals[0].options.num == frame.options.num
    assert rivals[0].options.num_held_out == frame.options.num_held_out
    task = tasks.get(settings.task).open(TaskOptions(split="train", num=6))
    rows = json.loads((written(task, 6, tmp_path) / "data.json").read_text())
    answers = [row["conversations"][1]["value"] for row in rows]
    assert answers == [task.sample(index).answer for index in range(6)]


def test_words_are_chosen_where_all_pictures_are_asked_the_same():
    model = load("tiny:llava")
    found = {}
    for name in ("scenes_classification", "scenes_counting"):
        settings = RivalSettings(
            task=name, model="nano", num=4, wordings=("What?", "This is a photo of a")
        )
        task = tasks.get(name).open(TaskOptions(split="train", num=4))
        found[name] = best_words(model, task, settings).text
    assert found["scenes_counting"] == ""
    assert found["scenes_classification"] in ("", "What?")  # its own words come first


@pytest.mark.long
def test_ways_are_compared_with_their_costs(tmp_path, capsys):
    pytest.importorskip("peft")
    tiny_folder(tmp_path / "llava")
    words = [
        "pixel",
        "rivals",
        "--task",
        TASK,
        "--model",
        str(tmp_path / "llava"),
        "--num",
        "4",
        "--steps",
        "1",
    ]
    words += ["--limit", "3", "--out", str(tmp_path / "out"), "--words", "What is it?"]
    for one in ("batch_size=2", "task.num_held_out=0", "task.layout.side=24"):
        words += ["--set", one]
    words += ["--set", "task.layout.width=3", "--set-soft", "task.num_words=5", "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found] == ["words", "frame", "soft words", "LoRA"]
    assert [one["gain"]["num_questions"] for one in found] == [3, 3, 3, 3]
    assert found[0]["num_learned"] == 0
    assert found[1]["num_learned"] == 3 * (24**2 - 18**2)
    assert found[2]["num_learned"] == 5 * 48
    assert found[3]["num_learned"] > 0
    page = (tmp_path / "out" / "README.md").read_text()
    assert "| LoRA |" in page
    assert "--words 'What is it?'" in page
    assert "--set-soft task.num_words=5" in page


def test_a_task_that_is_not_there_is_told():
    with pytest.raises(UsageError, match="no task named 'cifar11'; did you mean 'cifar10'"):
        RivalSettings(task="cifar11", model="nano")


@pytest.mark.parametrize("ways", ["prompts", "soft_words", "adapters"])
def test_a_wrong_setting_of_any_way_is_told_before_the_first_is_taught(ways):
    with pytest.raises(UsageError, match="bad"):
        RivalSettings(task=TASK, model="nano", **{ways: ("task.bad=1",)})
