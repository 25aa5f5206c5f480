import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from deixis.core.errors import SampleError, TrainingError, UsageError
from deixis.core.progress import Reporter
from deixis.train.config import OptimConfig
from deixis.train.distributed import Parallel
from deixis.train.metrics import read_metrics
from deixis.train.optimizer import has_bfloat16
from deixis.train.run import run
from deixis.train.task import decayed_groups
from tests.long import all_long_but
from tests.train.rows import row, write_rows
from tests.train.tiny_source import TinySource
from tests.train.tiny_task import TinyTask
from tests.train.together import CONFIG, RUNS


class Listener(Reporter):
    def __init__(self, at_step=None, act=None):
        self.said, self.warned, self.steps = [], [], []
        self.at_step, self.act = at_step, act

    def say(self, text):
        self.said.append(text)

    def warn(self, text):
        self.warned.append(text)

    def advance(self, progress):
        self.steps.append(progress.step)
        if progress.step == self.at_step:
            self.act()


def with_(**changes):
    return dataclasses.replace(CONFIG, **changes)


def weights(folder):
    (file,) = (folder / "model").glob("*.safetensors")
    return load_file(file)


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def test_a_run_leaves_all_its_files(tmp_path):
    outcome = run(TinyTask(), CONFIG, tmp_path, about={"recipe": "tiny"})
    assert (outcome.finished, outcome.step) == (True, 7)
    names = {path.name for path in tmp_path.iterdir()} - {".lock"}
    assert names == {
        "config.json",
        "environment.json",
        "metrics.jsonl",
        "checkpoints",
        "model",
        "finished.json",
        ".deixis",
    }
    assert json.loads((tmp_path / "config.json").read_text())["recipe"] == "tiny"
    assert json.loads((tmp_path / "environment.json").read_text())["packages"]["torch"]


def test_the_loss_falls(tmp_path):
    task = TinyTask(TinySource(count=8), dropout=0.0)
    run(task, with_(steps=60, log_every=1), tmp_path)
    losses = [record["loss"] for record in read_metrics(tmp_path / "metrics.jsonl")[:-1]]
    assert losses[-1] < 0.7 * losses[0]


def test_metrics_have_each_step_once_and_the_last(tmp_path):
    run(TinyTask(), with_(evaluate_every=3), tmp_path)
    records = read_metrics(tmp_path / "metrics.jsonl")
    assert [r["step"] for r in records if r["kind"] == "train"] == [2, 4, 6, 7]
    assert [r["step"] for r in records if r["kind"] == "evaluate"] == [3, 6, 7]


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path):
    run(TinyTask(), CONFIG, tmp_path / "whole")
    interrupt = Listener(4, lambda: os.kill(os.getpid(), signal.SIGTERM))
    outcome = run(TinyTask(), CONFIG, tmp_path / "parts", reporter=interrupt)
    # the signal comes after the step in which the run looks for it
    assert (outcome.finished, outcome.step) == (False, 5)
    assert not (tmp_path / "parts" / "model").exists()
    again = Listener()
    assert run(TinyTask(), CONFIG, tmp_path / "parts", reporter=again).finished
    assert again.said == ["going on from step 5 of 7"]
    assert again.steps == [6, 7]
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))


def test_signals_are_as_before_after_a_run(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    run(TinyTask(), CONFIG, tmp_path)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_weights_do_not_depend_on_the_data_processes(tmp_path):
    for num in (0, 2):
        run(TinyTask(), with_(num_workers=num), tmp_path / str(num))
    assert same(weights(tmp_path / "0"), weights(tmp_path / "2"))


def test_a_batch_in_pieces_gives_the_same_weights(tmp_path):
    for pieces in (1, 2, 4):
        task = TinyTask(dropout=0.0)
        run(task, with_(gradient_accumulation=pieces), tmp_path / str(pieces))
    whole = weights(tmp_path / "1")
    for pieces in ("2", "4"):
        found = weights(tmp_path / pieces)
        assert all(torch.allclose(whole[k], found[k], rtol=0, atol=1e-6) for k in whole)


def test_the_seed_changes_the_order(tmp_path):
    tasks = [TinyTask(), TinyTask()]
    for seed, task in enumerate(tasks):
        run(task, with_(steps=1, seed=seed), tmp_path / str(seed))
    assert not torch.equal(tasks[0].seen[0], tasks[1].seen[0])


def test_the_generators_of_the_caller_stay_as_they_are(tmp_path):
    before = torch.random.get_rng_state()
    run(TinyTask(), CONFIG, tmp_path)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_checkpoint(tmp_path):
    with pytest.raises(TrainingError, match=r"the loss is nan at step 5, of examples \d+, \d+"):
        run(TinyTask(nan_at=5), CONFIG, tmp_path)
    outcome = run(TinyTask(), CONFIG, tmp_path, reporter=(again := Listener()))
    assert outcome.finished
    assert again.said == ["going on from step 3 of 7"]


def test_a_bad_row_stops_the_run(tmp_path):
    with pytest.raises(SampleError, match="row 4: it is odd"):
        run(TinyTask(TinySource(bad=(4,))), CONFIG, tmp_path)


def test_bad_rows_are_counted_also_over_a_resume(tmp_path):
    source, config = TinySource(bad=(4, 9)), with_(skip_bad=True)
    interrupt = Listener(5, lambda: os.kill(os.getpid(), signal.SIGINT))
    run(TinyTask(source), config, tmp_path, reporter=interrupt)
    outcome = run(TinyTask(source), config, tmp_path)
    assert sorted(outcome.bad) == [4, 9]


def test_a_batch_without_any_good_row_changes_nothing(tmp_path):
    task = TinyTask(TinySource(bad=tuple(range(37))))
    before = {name: value.clone() for name, value in task.module.state_dict().items()}
    run(task, with_(skip_bad=True), tmp_path)
    assert same(before, weights(tmp_path))


def test_another_setting_is_refused_on_resume(tmp_path):
    run(TinyTask(), CONFIG, tmp_path)
    changed = with_(optim=OptimConfig(lr=1e-3), log_every=9)
    with pytest.raises(UsageError, match=r"settings: optim.lr was 0.01 and is 0.001\. Give"):
        run(TinyTask(), changed, tmp_path)


def test_other_data_is_refused_on_resume(tmp_path):
    run(TinyTask(), CONFIG, tmp_path)
    with pytest.raises(UsageError, match="began with 37 examples, there are 38"):
        run(TinyTask(TinySource(count=38)), CONFIG, tmp_path)


def test_another_model_is_refused_on_resume(tmp_path):
    run(TinyTask(), CONFIG, tmp_path)
    task = TinyTask()
    task.module[0].bias.requires_grad_(False)
    with pytest.raises(TrainingError, match="not those of this task"):
        run(task, CONFIG, tmp_path)


def test_a_fresh_run_forgets_the_one_before(tmp_path):
    run(TinyTask(), CONFIG, tmp_path)
    listener = Listener()
    run(TinyTask(), with_(seed=9), tmp_path, resume=False, reporter=listener)
    assert listener.steps == list(range(1, 8))


def test_a_finished_run_is_not_repeated_and_tells_its_numbers(tmp_path):
    first = run(TinyTask(), CONFIG, tmp_path)
    listener = Listener()
    second = run(TinyTask(), CONFIG, tmp_path, reporter=listener)
    assert not listener.steps
    assert second.numbers == first.numbers


def test_a_torn_checkpoint_is_passed_over(tmp_path):
    run(TinyTask(), CONFIG, tmp_path)
    (tmp_path / "checkpoints" / "step-00000007" / "weights.safetensors").write_bytes(b"")
    (tmp_path / "finished.json").unlink()
    listener = Listener()
    run(TinyTask(), CONFIG, tmp_path, reporter=listener)
    assert "step-00000007" in listener.warned[0]
    assert listener.steps == [7]


def test_two_runs_do_not_share_a_folder(tmp_path):
    def second():
        with pytest.raises(UsageError, match="another run is writing"):
            run(TinyTask(), CONFIG, tmp_path)

    run(TinyTask(), CONFIG, tmp_path, reporter=Listener(2, second))


def test_frozen_weights_stay_and_are_not_in_the_checkpoint(tmp_path):
    task = TinyTask()
    task.module[0].requires_grad_(False)
    before = task.module[0].weight.clone()
    run(task, CONFIG, tmp_path)
    assert torch.equal(before, task.module[0].weight)
    saved = load_file(tmp_path / "checkpoints" / "step-00000007" / "weights.safetensors")
    assert set(saved) == {"3.weight", "3.bias"}


def test_a_task_with_nothing_to_train_is_refused(tmp_path):
    task = TinyTask()
    task.module.requires_grad_(False)
    with pytest.raises(UsageError, match="nothing is to be trained"):
        run(task, CONFIG, tmp_path)


def test_norms_biases_and_embeddings_do_not_decay():
    module = nn.Sequential(nn.Embedding(5, 4), nn.LayerNorm(4), nn.Linear(4, 3))
    decayed, plain = decayed_groups(module, 0.1)
    assert [tuple(p.shape) for p in decayed.parameters] == [(3, 4)]
    assert (decayed.weight_decay, plain.weight_decay) == (0.1, 0.0)
    assert len(plain.parameters) == 4


def test_bfloat16_is_used_where_the_hardware_has_it(tmp_path):
    task = TinyTask()
    dtypes = []
    task.module[0].register_forward_hook(lambda m, given, made: dtypes.append(made.dtype))
    run(task, with_(steps=1, precision="auto"), tmp_path)
    expected = torch.bfloat16 if has_bfloat16(torch.device("cpu")) else torch.float32
    assert dtypes[0] == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"device": "cuda:7"}, "CUDA"), ({"device": "abacus"}, "device is auto")],
)
def test_a_device_that_is_not_there_is_told(changes, reason, tmp_path):
    if torch.cuda.is_available():
        pytest.skip("a GPU is here")
    with pytest.raises(UsageError, match=reason):
        run(TinyTask(), with_(**changes), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", all_long_but({"spread_uneven"}, RUNS))
def test_two_processes_give_the_weights_of_one(name, tmp_path):
    write_rows(tmp_path, [row(i) for i in range(5)])
    task, config = RUNS[name](tmp_path)
    run(task, dataclasses.replace(config, threads=1), tmp_path / "one")
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.train.two_processes", name, str(tmp_path / "two")]
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert one.keys() == two.keys()
    assert all(torch.allclose(one[k], two[k], rtol=0, atol=1e-6) for k in one)
    first, second = (newest_loss(tmp_path / name) for name in ("one", "two"))
    assert first == pytest.approx(second, abs=1e-6)


@pytest.mark.long
def test_a_checkpoint_of_spread_weights_is_gone_on_from_by_one_process(tmp_path):
    write_rows(tmp_path, [row(i) for i in range(5)])
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.train.two_processes", "spread", str(tmp_path / "two")]
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}"}
    subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
    whole = weights(tmp_path / "two")
    shutil.rmtree(tmp_path / "two" / "model")
    shutil.rmtree(tmp_path / "two" / "checkpoints" / "step-00000003")
    task, config = RUNS["spread"](tmp_path)
    listener = Listener()
    run(task, dataclasses.replace(config, spread=False), tmp_path / "two", reporter=listener)
    assert "going on from step 2 of 3" in listener.said
    again = weights(tmp_path / "two")
    assert all(torch.allclose(again[k], whole[k], rtol=0, atol=1e-5) for k in whole)


def test_a_task_that_cannot_be_spread_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("deixis.train.run.joined", two_of_them)
    with pytest.raises(UsageError, match="cannot be spread"):
        run(TinyTask(), with_(spread=True), tmp_path)


@contextlib.contextmanager
def two_of_them(device):
    yield Parallel(num_processes=2, device=torch.device("cpu"))


def newest_loss(folder):
    return read_metrics(folder / "metrics.jsonl")[-2]["loss"]
