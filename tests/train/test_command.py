import io
import json

import pytest

from deixis.cli import main as cli
from deixis.cli.terminal import TerminalReporter, progress_line
from deixis.core.progress import Progress
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe, recipes
from tests.data.published import path_of
from tests.train.rows import row, write_rows
from tests.train.tiny_source import TinySource
from tests.train.tiny_task import TinyTask


@pytest.fixture
def data(tmp_path, monkeypatch):
    write_rows(tmp_path, [row(i) for i in range(5)])
    monkeypatch.chdir(tmp_path)
    return ["data.json", "--images", "pictures", "--model", "tiny:llava"]


SHORT = ["--set", "batch_size=2", "--set", "optim.lr=1e-2", "--set", "precision=fp32"]


def train(capsys, *arguments):
    code = cli.main(["train", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_own_data_trains_for_an_epoch_and_tells_where_the_model_is(data, capsys):
    code, out, err = train(capsys, *data, *SHORT, "--out", "run")
    assert code == 0
    assert out == "Trained for 3 steps; the model is in run/model.\n"
    assert "5 answers in 5 rows of data.json" in err
    assert "3/3" in err


def test_a_saved_configuration_is_repeated_to_the_same_weights(data, tmp_path, capsys):
    train(capsys, *data, *SHORT, "--out", "run")
    code, out, _ = train(capsys, "--config", "run/config.json", "--out", "again", "--json")
    assert (code, json.loads(out)["steps"]) == (0, 3)
    first, second = (tmp_path / name / "model/model.safetensors" for name in ("run", "again"))
    assert first.read_bytes() == second.read_bytes()


def test_published_data_trains_in_its_own_format(tmp_path, capsys):
    what = [str(path_of("visual7w")), "--format", "visual7w", "--set", "task.split=train"]
    run = ["--out", str(tmp_path / "run")]
    code, out, err = train(capsys, *what, "--model", "tiny:qwen2_vl", *SHORT, *run)
    assert code == 0
    assert out.startswith("Trained for 1 steps")
    assert "2 answers in 2 rows of" in err
    code, out, _ = train(
        capsys, "--config", f"{run[1]}/config.json", "--out", str(tmp_path / "again"), "--json"
    )
    assert (code, json.loads(out)["steps"]) == (0, 1)


def test_bad_rows_are_counted_at_the_end(data, tmp_path, capsys):
    write_rows(tmp_path, [row(0), row(1, image="none.png"), row(2, image="broken.png"), row(4)])
    code, _, err = train(capsys, *data, *SHORT, "--out", "run")
    assert (code, "data.json, row 2: there is no image" in err) == (1, True)
    _, out, _ = train(capsys, *data, *SHORT, "--out", "run", "--skip-bad", "--steps", "2")
    assert "2 bad rows were left out:" in out
    assert "row 3: cannot open" in out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "a recipe, data, or --config"),
        (["data.json"], "needs --images FOLDER and --model"),
        (["nonesuch"], "no recipe named 'nonesuch'"),
        (["pixel", "--model", "x"], "goes with data"),
        (["--config", "none.json"], "cannot read none.json"),
        (["--config", "data.json"], "not what a run saved"),
    ],
)
def test_a_mistake_is_told_and_ends_with_two(data, arguments, reason, capsys):
    code, out, err = train(capsys, *arguments, "--out", "run")
    assert (code, out) == (2, "")
    assert reason in err


def test_a_wrong_setting_gets_the_nearest(data, capsys):
    code, _, err = train(capsys, *data, "--set", "optim.lrr=1", "--out", "run")
    assert (code, "did you mean 'optim.lr'" in err) == (2, True)


@pytest.fixture
def tiny_recipe(monkeypatch):
    found = Recipe(
        summary="tiny",
        config=RunConfig(steps=2, batch_size=2, log_every=1, optim=OptimConfig(lr=0.1)),
        options=TinySource(),
        build=TinyTask,
    )
    monkeypatch.setattr(recipes, "names", lambda: ["tiny"])
    monkeypatch.setattr(recipes, "get", {"tiny": found}.__getitem__)


@pytest.mark.usefixtures("tiny_recipe")
def test_a_recipe_trains_by_its_name_with_settings(tmp_path, capsys):
    out = str(tmp_path / "run")
    settings = ["--set", "task.seconds=0.001", "--set", "seed=4", "--steps", "3"]
    code, printed, _ = train(capsys, "tiny", *settings, "--out", out, "--json")
    assert (code, json.loads(printed)["step"]) == (0, 3)
    saved = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (saved["recipe"], saved["task"]["seconds"], saved["run"]["seed"]) == ("tiny", 0.001, 4)
    again = train(capsys, "--config", f"{out}/config.json", "--out", f"{out}-again", "--json")
    assert json.loads(again[1])["numbers"] == json.loads(printed)["numbers"]


@pytest.mark.parametrize("name", recipes.names())
def test_every_recipe_tells_its_command_and_cost(name):
    recipe = recipes.get(name)
    assert recipe.summary
    assert f"deixis train {name}" in recipe.about


def test_a_recipe_is_told_without_being_run(capsys):
    assert cli.main(["train", "vip_llava_lora", "--about"]) == 0
    assert "Memory: 24 GiB" in capsys.readouterr().out
    assert cli.main(["train", "--about"]) == 2
    assert "which recipe? one of" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self):
        return True


def progress(step):
    return Progress(
        step=step, steps=10, steps_per_second=2.0, seconds_left=3725.0, numbers={"loss": 1.5}
    )


def test_progress_tells_the_rate_and_the_time_left():
    assert progress_line(progress(4)) == "4/10  2 steps/s  1 h 02 min left  loss 1.5"


def test_a_terminal_gets_a_bar_in_one_line(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    reporter = TerminalReporter()
    reporter.advance(progress(5))
    reporter.advance(progress(10))
    assert stream.getvalue().count("\n") == 1
    assert "█" * 24 in stream.getvalue()


def test_what_is_said_does_not_tear_the_bar(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    reporter = TerminalReporter()
    reporter.advance(progress(5))
    reporter.warn("careful")
    assert stream.getvalue().endswith("\rwarning: careful\n")


def test_elsewhere_it_is_a_line_now_and_then(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    reporter = TerminalReporter()
    for step in range(1, 11):
        reporter.advance(progress(step))
    assert [line.split()[0] for line in stream.getvalue().splitlines()] == ["1/10", "10/10"]
