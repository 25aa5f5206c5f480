"""A plan is done while it grows: its first tasks come before its last pictures."""

import threading
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import deixis as dx
from deixis.batch.each.growing_plan import FIRST_ROWS, TASK_ROWS, growing_plan
from deixis.batch.each.plan import PlannedPicture, planned_pictures
from deixis.batch.each.shards import SHARE_ROWS, shares
from deixis.core.errors import UsageError

QUESTIONS = ("Describe {it}.", "What is {it}?")


def pictures(count, regions=5):
    for number in range(count):
        yield PlannedPicture(
            image=f"{number}.png",
            path=Path(f"{number}.png"),
            regions=tuple(dx.box(1, 2, 3 + n, 4) for n in range(regions)),
            ids=tuple(map(str, range(regions))),
        )


def nothing(marks):
    return np.zeros(marks.size, np.bool_)


def test_the_first_task_is_given_while_later_pictures_are_still_looked_at(tmp_path):
    is_had = threading.Event()

    def slow():
        yield from pictures(FIRST_ROWS)
        assert is_had.wait(60)
        yield from pictures(3)

    with growing_plan(tmp_path / "plan", slow(), QUESTIONS, nothing) as plan:
        first = next(plan.tasks())
        had = list(planned_pictures(plan.draft, first.begin, first.end))
        assert (plan.is_whole, had) == (False, list(pictures(len(had))))
        is_had.set()
    assert (plan.is_whole, plan.num_pictures) == (True, FIRST_ROWS + 3)
    assert len(list(planned_pictures(tmp_path / "plan"))) == FIRST_ROWS + 3


def test_tasks_hold_every_row_once(tmp_path):
    with growing_plan(tmp_path / "plan", pictures(300), QUESTIONS, nothing) as plan:
        tasks = list(plan.tasks())
    sizes = [task.num_left for task in tasks]
    assert sizes[0] < FIRST_ROWS + 10
    assert max(sizes) < TASK_ROWS + 10
    assert [task.end for task in tasks[:-1]] == [task.begin for task in tasks[1:]]
    assert (sum(sizes), plan.num_rows, plan.num_left) == (3000, 3000, 3000)


def test_workers_take_many_rows_at_a_time_and_few_in_the_end(tmp_path):
    with growing_plan(tmp_path / "plan", pictures(600), QUESTIONS, nothing) as plan:
        tasks = list(plan.tasks())
    shared = shares(tasks, 2)
    sizes = [task.num_left for task in shared]
    assert SHARE_ROWS - TASK_ROWS < max(sizes) == sizes[0] <= SHARE_ROWS
    assert sizes[-1] <= TASK_ROWS + 10
    assert [task.end for task in shared[:-1]] == [task.begin for task in shared[1:]]
    assert b"".join(one.is_done for one in shared) == b"".join(one.is_done for one in tasks)


def test_a_task_without_a_row_to_ask_is_left_out(tmp_path):
    def all_but_last(marks):
        seen.append(marks)
        return np.full(marks.size, len(seen) < 300)

    seen = []
    with growing_plan(tmp_path / "plan", pictures(300), QUESTIONS, all_but_last) as plan:
        (last,) = plan.tasks()
    assert (last.num_left, plan.num_left, plan.num_rows) == (10, 10, 3000)


def test_what_keeps_a_plan_from_being_made_is_told_to_who_waits_for_its_tasks(tmp_path):
    def broken():
        yield from pictures(FIRST_ROWS)
        raise UsageError("cannot read on")

    had = []
    with (
        pytest.raises(UsageError, match="cannot read on"),
        growing_plan(tmp_path / "plan", broken(), QUESTIONS, nothing) as plan,
    ):
        had.extend(plan.tasks())
    assert had
    assert not list(tmp_path.iterdir())


def interrupted(growing):
    with growing as plan:
        list(islice(plan.tasks(), 2))
        raise KeyboardInterrupt


def test_a_plan_that_nobody_wants_any_more_ends(tmp_path):
    taken = []
    endless = (taken.append(one) or one for one in pictures(10**9, regions=1))
    whole = growing_plan(tmp_path / "plan", endless, QUESTIONS, nothing)
    with pytest.raises(KeyboardInterrupt):
        interrupted(whole)
    assert len(taken) < 10**6
    assert not list(tmp_path.iterdir())
