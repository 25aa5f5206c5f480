import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import UsageError
from deixis.train.config import RunConfig
from deixis.train.conversations import read_conversations
from deixis.train.data_order import DataOrder, Shares, resolved
from deixis.train.metrics import read_metrics
from deixis.train.run import run
from tests.train.rows import row, write_rows
from tests.train.test_run import Listener, same, weights
from tests.train.tiny_source import TinySource
from tests.train.tiny_task import TinyTask
from tests.train.together import CONFIG

EPOCH = dataclasses.replace(CONFIG, epochs=1)


def seen_by(config, source, num_processes):
    """The examples of a run, process by process and piece by piece, and the pieces' sizes."""
    config = resolved(config, source)
    shares = Shares.of(config, source, num_processes)
    order = DataOrder(seed=config.seed, num_examples=source.num_examples)
    found, sizes = [], []
    turns = itertools.product(range(config.steps), range(shares.num_turns), range(num_processes))
    for step, turn, rank in turns:
        share = shares.piece(step, turn=turn, rank=rank)
        found += order.indices(share.start, share.stop)
        sizes.append(len(share))
    return found, sizes


@given(st.integers(1, 60), st.integers(1, 24), st.none() | st.integers(1, 9), st.integers(1, 8))
def test_an_epoch_has_each_example_once_however_it_is_divided(count, batch, micro, processes):
    config = RunConfig(epochs=1, batch_size=max(batch, processes), micro_batch=micro)
    found, sizes = seen_by(config, TinySource(count=count), processes)
    assert sorted(found) == list(range(count))
    assert micro is None or max(sizes) <= micro


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 3))
def test_an_epoch_ends_before_the_next_begins(count, batch, epochs):
    source = TinySource(count=count)
    found, _ = seen_by(RunConfig(epochs=epochs, batch_size=batch), source, 1)
    for epoch in range(epochs):
        assert sorted(found[epoch * count : (epoch + 1) * count]) == list(range(count))
    alone, _ = seen_by(RunConfig(epochs=epochs, batch_size=1), source, 1)
    assert found == alone


def test_an_epoch_learns_each_answer_of_each_row_once(tmp_path):
    talks = [row(i) for i in range(5)]
    for i, talk in enumerate(talks):
        more = [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": "So."}]
        talk["conversations"] += more * i
    source = read_conversations(*write_rows(tmp_path, talks))
    for batch, micro, processes in ((4, 1, 1), (4, 1, 2), (6, 2, 3), (7, None, 2), (16, 1, 16)):
        config = RunConfig(epochs=1, batch_size=batch, micro_batch=micro)
        found, _ = seen_by(config, source, processes)
        told = [source.told(index, np.random.default_rng(0)) for index in found]
        learned = sorted((one.row, one.number) for one in told)
        assert learned == sorted((i + 1, n) for i in range(5) for n in range(i + 1))


@pytest.mark.parametrize(
    ("processes", "micro", "turns"), [(1, 4, 32), (8, 4, 4), (16, 4, 2), (16, 1, 8), (3, None, 1)]
)
def test_the_pieces_follow_from_the_number_of_devices(processes, micro, turns):
    config = RunConfig(batch_size=128, micro_batch=micro)
    assert Shares.of(config, TinySource(), processes).num_turns == turns


def test_a_batch_smaller_than_the_number_of_devices_is_refused():
    with pytest.raises(UsageError, match="batch_size 8 gives 16 processes not an example each"):
        Shares.of(RunConfig(batch_size=8), TinySource(), 16)


def test_endless_data_has_no_epochs(tmp_path):
    with pytest.raises(UsageError, match="set steps=N instead of epochs"):
        run(TinyTask(TinySource(count=None)), EPOCH, tmp_path)


def test_a_run_of_epochs_says_how_long_it_is_and_that_its_last_step_is_small(tmp_path):
    listener = Listener()
    outcome = run(TinyTask(), EPOCH, tmp_path, reporter=listener)
    assert listener.said == ["37 examples in 5 steps of 8, 5 in the last"]
    assert (outcome.step, outcome.steps) == (5, 5)
    run(TinyTask(), dataclasses.replace(EPOCH, batch_size=37), tmp_path / "b", reporter=listener)
    assert listener.said[1:] == ["37 examples in 1 steps of 37"]


def test_a_run_learns_from_each_example_of_its_epochs_once(tmp_path):
    for batch, micro in ((8, None), (5, 2), (40, 7)):
        task = TinyTask(TinySource(count=11), dropout=0.0)
        config = dataclasses.replace(EPOCH, batch_size=batch, micro_batch=micro, epochs=2)
        run(task, config, tmp_path / f"{batch}")
        assert sum(len(given) for given in task.seen) == 22
        assert all(len(given) <= (micro or batch) for given in task.seen)


def test_pieces_that_are_not_even_give_the_weights_of_the_whole_batch(tmp_path):
    for micro in (None, 3, 5):
        config = dataclasses.replace(EPOCH, micro_batch=micro, log_every=1)
        run(TinyTask(dropout=0.0), config, tmp_path / str(micro))
    whole = weights(tmp_path / "None")
    losses = [one["loss"] for one in read_metrics(tmp_path / "None" / "metrics.jsonl")[:-1]]
    for micro in ("3", "5"):
        found = weights(tmp_path / micro)
        assert all(np.allclose(whole[k], found[k], rtol=0, atol=1e-6) for k in whole)
        measured = read_metrics(tmp_path / micro / "metrics.jsonl")[:-1]
        assert [one["loss"] for one in measured] == pytest.approx(losses, rel=1e-5)


def test_a_run_of_epochs_goes_on_where_it_was_stopped_also_in_other_pieces(tmp_path):
    import os
    import signal

    run(TinyTask(), EPOCH, tmp_path / "whole")
    interrupt = Listener(2, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert not run(TinyTask(), EPOCH, tmp_path / "parts", reporter=interrupt).finished
    assert run(TinyTask(), EPOCH, tmp_path / "parts").finished
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    pieces = dataclasses.replace(EPOCH, micro_batch=3)
    assert run(TinyTask(), pieces, tmp_path / "parts").finished
