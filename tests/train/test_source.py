import multiprocessing
import os
import pickle
import signal

import pytest

from deixis.core.errors import RemoteError, SampleError, TrainingError, UnknownNameError, UsageError
from deixis.train.source import Job, prepared
from tests.train.tiny_source import TinySource

JOBS = [Job(seed=1, first=3 * i, indices=(i, i + 1, i + 2)) for i in range(9)]


def given(source, jobs, num_workers):
    return [piece.batch["given"].tolist() for piece in prepared(source, iter(jobs), num_workers)]


def test_batches_do_not_depend_on_the_number_of_workers():
    alone = given(TinySource(), JOBS, 0)
    assert given(TinySource(), JOBS, 1) == alone
    assert given(TinySource(), JOBS, 3) == alone


def test_an_example_differs_between_its_turns():
    jobs = [Job(seed=1, first=first, indices=(4,)) for first in (0, 9)]
    first, second = given(TinySource(), jobs, 0)
    assert first != second


def test_a_bad_row_in_a_worker_names_itself():
    with pytest.raises(SampleError, match=r"numbers\.json, row 4: it is odd"):
        list(prepared(TinySource(bad=(4,)), iter(JOBS), 1))
    assert not multiprocessing.active_children()


def test_bad_rows_may_be_left_out():
    job = Job(seed=1, first=0, indices=(3, 4, 5), skip_bad=True)
    (piece,) = prepared(TinySource(bad=(4,)), iter([job]), 0)
    assert len(piece.batch["given"]) == 2
    assert piece.bad == {4: "numbers.json, row 4: it is odd"}


def test_a_batch_of_bad_rows_alone_is_none():
    job = Job(seed=1, first=0, indices=(4,), skip_bad=True)
    (piece,) = prepared(TinySource(bad=(4,)), iter([job]), 0)
    assert piece.batch is None


def test_closing_early_ends_the_workers():
    pieces = prepared(TinySource(), iter(JOBS), 2)
    next(pieces)
    pieces.close()
    assert not multiprocessing.active_children()


def test_a_worker_that_was_killed_is_told():
    pieces = prepared(TinySource(seconds=0.1), iter(JOBS * 9), 1)
    next(pieces)
    os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
    with pytest.raises(TrainingError, match="a data process died"):
        list(pieces)


def test_a_source_that_cannot_travel_is_told():
    class Local(TinySource):
        pass

    with pytest.raises(UsageError, match="num_workers=0"):
        next(prepared(Local(), iter(JOBS), 1))


@pytest.mark.parametrize(
    "error",
    [
        SampleError(dataset="a", row=1, reason="b"),
        UnknownNameError(kind="a", name="b", known=["c"]),
        RemoteError("a", answers=(1, None)),
    ],
)
def test_errors_travel_between_processes(error):
    travelled = pickle.loads(pickle.dumps(error))
    assert (type(travelled), str(travelled)) == (type(error), str(error))
    assert vars(travelled) == vars(error)
