"""Turns side by side: all results, in their order; an error ends them."""

import os
from functools import partial

import pytest
import torch

from deixis.batch.jobs import carried_out
from deixis.core.errors import UsageError
from deixis.core.progress import Silent

TURNS = [(str(number), number) for number in range(5)]


def worked(bad, number, reporter):
    if number == bad:
        raise UsageError("this one")
    reporter.say("within")
    return number, os.getpid(), torch.get_num_threads()


class Told(Silent):
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


def test_one_after_the_other_all_is_told():
    told = Told()
    found = carried_out(partial(worked, None), TURNS, reporter=told)
    assert [number for number, *_ in found] == [0, 1, 2, 3, 4]
    assert {process for _, process, _ in found} == {os.getpid()}
    assert told.said[:4] == ["0", "within", "1", "within"]


@pytest.mark.long
def test_side_by_side_in_processes_with_their_own_threads():
    told = Told()
    found = carried_out(partial(worked, None), TURNS, jobs=2, threads=1, reporter=told)
    assert [number for number, *_ in found] == [0, 1, 2, 3, 4]
    assert os.getpid() not in {process for _, process, _ in found}
    assert {threads for *_, threads in found} == {1}
    assert told.said == ["0: done", "1: done", "2: done", "3: done", "4: done"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_one_is_that_of_all(jobs):
    with pytest.raises(UsageError, match="this one"):
        carried_out(partial(worked, 1), TURNS, jobs=jobs)


def test_no_job_is_refused():
    with pytest.raises(UsageError, match="at least 1"):
        carried_out(partial(worked, None), TURNS, jobs=0)
