"""Run folders that were damaged, filled up, or are not a run's."""

import errno
import json
import os
import shutil
import signal
from pathlib import Path

import pytest
from safetensors import SafetensorError

from deixis.core.errors import TrainingError, UsageError
from deixis.train import run as runner
from deixis.train.metrics import read_metrics
from deixis.train.run import run
from tests.train.test_run import CONFIG, Listener, same, weights, with_
from tests.train.tiny_source import TinySource
from tests.train.tiny_task import TinyTask

STEPS = ("step-00000003", "step-00000006", "step-00000007")


@pytest.fixture
def whole(tmp_path):
    """A finished run, and what it left."""
    config = with_(keep_checkpoints=3)
    run(TinyTask(), config, tmp_path / "run")
    shutil.copytree(tmp_path / "run", tmp_path / "whole")
    return tmp_path / "run", config


def files(folder):
    """The content of all that a run leaves but for where and how quickly it was made."""
    skipped = {"environment.json", ".lock"}
    found = {p.relative_to(folder): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name.name not in skipped}


def mended(folder, config):
    """The run again, by the same call; what it warned of."""
    listener = Listener()
    assert run(TinyTask(), config, folder, reporter=listener).finished
    return listener


def again(folder, config):
    listener = mended(folder, config)
    whole = folder.parent / "whole"
    assert same(weights(folder), weights(whole))
    assert read_metrics(folder / "metrics.jsonl") == read_metrics(whole / "metrics.jsonl")
    assert json.loads((folder / "config.json").read_text()) == json.loads(
        (whole / "config.json").read_text()
    )
    return listener


def test_a_run_killed_after_its_export_gets_its_curves(tmp_path, monkeypatch):
    def killed(metrics, picture):
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "draw_curves", killed)
    with pytest.raises(KeyboardInterrupt):
        run(TinyTask(), CONFIG, tmp_path)
    assert (tmp_path / "model").is_dir()
    drawn = []
    monkeypatch.setattr(runner, "draw_curves", lambda metrics, picture: drawn.append(picture))
    run(TinyTask(), CONFIG, tmp_path)
    run(TinyTask(), CONFIG, tmp_path)
    assert drawn == [tmp_path / "curves.png"]


def test_a_manifest_that_lists_a_file_fewer_is_passed_over(whole):
    folder, config = whole
    newest = folder / "checkpoints" / STEPS[-1]
    manifest = json.loads((newest / "manifest.json").read_text())
    del manifest["files"]["optimizer.safetensors"]
    (newest / "manifest.json").write_text(json.dumps(manifest))
    (newest / "optimizer.safetensors").unlink()
    (folder / "finished.json").unlink()
    listener = mended(folder, config)
    assert "does not list optimizer.safetensors" in listener.warned[0]
    assert listener.steps == [7]
    assert same(weights(folder), weights(folder.parent / "whole"))


def test_a_checkpoint_that_is_a_file_is_passed_over_and_replaced(whole):
    folder, config = whole
    newest = folder / "checkpoints" / STEPS[-1]
    shutil.rmtree(newest)
    newest.write_text("no folder")
    (folder / "finished.json").unlink()
    listener = mended(folder, config)
    assert listener.steps == [7]
    assert newest.is_dir()
    assert same(weights(folder), weights(folder.parent / "whole"))


@pytest.mark.parametrize("broken", ["garbage", "gone", "torn"])
def test_metrics_come_back_from_the_checkpoint(broken, whole):
    folder, config = whole
    path = folder / "metrics.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.unlink()
    if broken == "garbage":
        path.write_text(lines[0] + "\x00 nonsense\n" + "".join(lines[1:]))
    if broken == "torn":
        path.write_text("".join(lines)[:-9])
    listener = again(folder, config)
    assert any("metrics.jsonl" in warning for warning in listener.warned)


def test_a_broken_line_of_metrics_is_named(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1, "kind": "train"}\nnonsense\n{"step": 2, "kind": "train"}\n')
    with pytest.raises(UsageError, match=r"metrics\.jsonl, line 2, is no measurement: b'nonsense'"):
        read_metrics(path)


@pytest.mark.parametrize("damage", ["cut", "gone"])
@pytest.mark.parametrize("is_finished", [True, False])
def test_settings_come_back_from_the_checkpoint(damage, is_finished, whole):
    folder, config = whole
    path = folder / "config.json"
    text = path.read_text()
    path.unlink()
    if damage == "cut":
        path.write_text(text[:40])
    if not is_finished:
        (folder / "finished.json").unlink()
    again(folder, config)
    with pytest.raises(UsageError, match=r"seed was 0 and is 9"):
        run(TinyTask(), with_(seed=9), folder)


@pytest.mark.parametrize("damage", ["cut", "gone", "a file"])
def test_a_finished_model_that_was_damaged_is_written_again(damage, whole):
    folder, config = whole
    file = folder / "model" / "model.safetensors"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-9])
    if damage == "gone":
        file.unlink()
    if damage == "a file":
        shutil.rmtree(folder / "model")
        (folder / "model").write_text("no folder")
    listener = again(folder, config)
    assert "the run was finished, but model" in listener.warned[0]
    assert not listener.steps


def test_a_finished_run_without_its_checkpoints_stays_finished(whole):
    folder, config = whole
    shutil.rmtree(folder / "checkpoints")
    listener = mended(folder, config)
    assert not listener.steps
    assert same(weights(folder), weights(folder.parent / "whole"))
    with pytest.raises(UsageError, match=r"seed was 0 and is 9"):
        run(TinyTask(), with_(seed=9), folder)


def test_a_finished_run_is_looked_at_without_a_byte_written(whole, monkeypatch):
    folder, config = whole

    def read_only(*arguments, **more):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("deixis.train.run_folder.owned", read_only)
    monkeypatch.setattr("deixis.train.run_folder.write_text", read_only)
    assert run(TinyTask(), config, folder).finished


def test_a_folder_that_cannot_be_written_in_is_told(tmp_path):
    (tmp_path / ".lock").mkdir()  # cannot be opened to be written
    (tmp_path / ".deixis").write_text("deixis train\n")
    with pytest.raises(UsageError, match=f"cannot write in {tmp_path}: Is a directory"):
        run(TinyTask(), CONFIG, tmp_path)


FULL = {
    "python": OSError(errno.ENOSPC, "No space left on device"),
    "safetensors": SafetensorError("I/O error: No space left on device (os error 28)"),
    "tokenizers": Exception("No space left on device (os error 28)"),
    "a limit": OSError(errno.EFBIG, "File too large"),
}


@pytest.mark.parametrize("told_by", FULL)
def test_a_full_disk_at_a_checkpoint_says_what_is_missing(told_by, tmp_path, monkeypatch):
    def full(*arguments):
        raise FULL[told_by]

    run(TinyTask(), CONFIG, tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr("deixis.train.checkpoint.save_file", full)
        with pytest.raises(TrainingError) as told:
            run(TinyTask(), CONFIG, tmp_path / "run")
    assert "the checkpoint of step 3 cannot be written" in str(told.value)
    assert "are free" in str(told.value)
    assert "give the same command again" in str(told.value)
    assert not list((tmp_path / "run").rglob("*.draft"))
    run(TinyTask(), CONFIG, tmp_path / "run")
    assert same(weights(tmp_path / "run"), weights(tmp_path / "whole"))


@pytest.mark.parametrize("told_by", FULL)
def test_a_full_disk_at_the_export_says_what_is_missing(told_by, tmp_path):
    task = TinyTask()

    def full(folder):
        (folder / "half").write_text("x")
        raise FULL[told_by]

    task.save = full
    with pytest.raises(TrainingError, match=r"the trained model cannot .*\bare free"):
        run(task, CONFIG, tmp_path)
    assert not list(tmp_path.rglob("*.draft"))
    assert mended(tmp_path, CONFIG).steps == []


def test_a_full_disk_at_a_measurement_says_what_is_missing(tmp_path, monkeypatch):
    opened = Path.open

    def full(path, *arguments, **more):
        if path.name == "metrics.jsonl" and arguments[:1] == ("a",):
            raise FULL["python"]
        return opened(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(TrainingError, match=r"the measurement of step 2 cannot .*\bare free"):
        run(TinyTask(), CONFIG, tmp_path)


def test_another_error_in_the_export_is_not_called_a_full_disk(tmp_path):
    task = TinyTask()
    task.save = lambda folder: {}["none"]
    with pytest.raises(KeyError):
        run(task, CONFIG, tmp_path)


def test_pieces_of_another_number_are_refused_on_resume(whole):
    folder, _ = whole
    with pytest.raises(UsageError, match="gradient_accumulation was 1 and is 2"):
        run(TinyTask(), with_(gradient_accumulation=2), folder)


def test_a_step_in_other_pieces_is_told_on_resume(tmp_path):
    stop = Listener(4, lambda: os.kill(os.getpid(), signal.SIGINT))
    run(TinyTask(), CONFIG, tmp_path, reporter=stop)
    listener = Listener()
    run(TinyTask(), with_(micro_batch=4), tmp_path, reporter=listener)
    assert "in 1 pieces and is now in 2" in listener.warned[0]


class Told(TinySource):
    digest = "what the rows say"


class Changed(TinySource):
    digest = "something else"


def test_other_words_in_as_many_examples_are_refused_on_resume(tmp_path):
    run(TinyTask(Told()), CONFIG, tmp_path)
    assert run(TinyTask(Told()), CONFIG, tmp_path).finished
    with pytest.raises(UsageError, match="began with other data: there are as many examples"):
        run(TinyTask(Changed()), CONFIG, tmp_path)


def test_what_is_advised_of_a_loss_that_is_no_number_can_be_done(tmp_path):
    with pytest.raises(TrainingError, match=r"--fresh --set optim\.lr=0\.001"):
        run(TinyTask(nan_at=5), CONFIG, tmp_path)
    lower = with_(optim=type(CONFIG.optim)(lr=1e-3))
    assert run(TinyTask(), lower, tmp_path, resume=False).finished


FOREIGN = ["config.json", "metrics.jsonl", "curves.png", "environment.json", ".mine.draft"]


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize("name", [*FOREIGN, "model/config.json", "checkpoints/mine"])
def test_a_folder_that_is_not_a_runs_is_refused_and_stays(name, resume, tmp_path):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text('{"model_type": "llava"}')
    with pytest.raises(UsageError, match="is not ours"):
        run(TinyTask(), CONFIG, tmp_path, resume=resume)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]
    assert file.read_text() == '{"model_type": "llava"}'


def test_a_fresh_run_removes_what_a_run_writes_and_nothing_else(whole):
    folder, _ = whole
    mine = [folder / "notes.txt", folder / ".mine.draft", folder / "checkpoints" / "mine.txt"]
    for path in mine:
        path.write_text("dear")
    run(TinyTask(), with_(seed=9), folder, resume=False)
    assert [path.read_text() for path in mine] == ["dear"] * 3


def test_a_run_of_before_there_were_owners_goes_on(whole):
    folder, config = whole
    for name in (".deixis", "finished.json"):
        (folder / name).unlink()
    (folder / "config.json").write_text("{}")  # its checkpoints tell it
    assert mended(folder, config).steps == []
    assert (folder / ".deixis").is_file()


def test_a_run_killed_before_it_wrote_anything_goes_on(tmp_path):
    (tmp_path / ".lock").touch()
    (tmp_path / ".config.json.0123abcd.draft").write_text("{")
    run(TinyTask(), CONFIG, tmp_path)
    assert not list(tmp_path.glob(".*.draft"))


@pytest.mark.parametrize("place", ["run", "run/model", "run/checkpoints/step-00000007"])
@pytest.mark.parametrize("option", ["model", "images", "start"])
def test_a_run_does_not_write_over_what_it_reads(option, place, whole):
    folder, config = whole
    before = files(folder)
    about = {"task": {option: str(folder.parent / place)}}
    for resume in (True, False):
        with pytest.raises(UsageError, match=f"over what it reads, task.{option} "):
            run(TinyTask(), config, folder, about=about, resume=resume)
    assert files(folder) == before


def test_a_run_does_not_write_within_the_model_that_it_reads(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text("{}")
    with pytest.raises(UsageError, match="over what it reads"):
        run(TinyTask(), CONFIG, tmp_path / "m" / "out", about={"model": str(tmp_path / "m")})
    assert [path.name for path in (tmp_path / "m").iterdir()] == ["config.json"]


def test_a_run_may_lie_beside_its_pictures(tmp_path):
    assert run(TinyTask(), CONFIG, tmp_path / "out", about={"images": str(tmp_path)}).finished
