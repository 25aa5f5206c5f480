"""A plan is written while its first rows are asked already: every picture with its regions, a line
each, and the tasks that are left.

It lies on the disk, so that a folder of any size takes the same memory, and is made anew by every
run.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Bool, UInt64

from deixis.batch.each.plan import EachTask, PlannedPicture, marks_of
from deixis.core.files import written

FIRST_ROWS = 32  # of the first task, which is asked at once
TASK_ROWS = 128  # of the others, and what a picture has more
# of marks: whether each has an answer
Answered: TypeAlias = Callable[[UInt64[np.ndarray, " row"]], Bool[np.ndarray, " row"]]


@final
class GrowingPlan:
    """A plan and what is known of it so far. `draft` is its file until it is whole."""

    def __init__(self, draft: Path) -> None:
        self.draft = draft
        self.num_pictures = self.num_rows = self.num_left = self.num_crowds = 0
        self._tasks: list[EachTask] = []
        self._changed = threading.Condition()
        self._ends: Future[None] = Future()
        self._is_given_up = False

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing more to come."""
        return self._ends.done()

    def tasks(self) -> Iterator[EachTask]:
        """The tasks come as soon as their pictures are on the disk; those without a row to ask are
        left out. What stopped the plan from being made is raised.
        """
        place = 0
        while self._has_after(place):
            yield self._tasks[place]
            place += 1
        self.wait()

    def grow(
        self,
        stream: BufferedWriter,
        pictures: Iterable[PlannedPicture],
        questions: Sequence[str],
        is_done: Answered,
    ) -> None:
        """The pictures are written, until all are or nobody wants them any more."""
        begin = end = 0
        flags = bytearray()
        most = FIRST_ROWS
        for picture in pictures:
            if self._is_given_up:
                return
            line = picture.line()
            end += stream.write(line)
            rows = PlannedPicture.of(line).rows(questions)  # as it will be asked: 1 is then 1.0
            flags += is_done(marks_of(rows)).tobytes()
            self.num_pictures += picture.is_one
            self.num_crowds += picture.num_crowds
            if len(flags) >= most:
                stream.flush()
                self._add(EachTask(begin=begin, end=end, is_done=bytes(flags)))
                begin, flags, most = end, bytearray(), TASK_ROWS
        stream.flush()
        self._add(EachTask(begin=begin, end=end, is_done=bytes(flags)))

    def ends_with(self, future: "Future[None]") -> None:
        """The plan is whole when this is done."""
        self._ends = future
        future.add_done_callback(lambda _: self._tell())

    def wait(self) -> None:
        """It is whole after this; what stopped it from being made is raised."""
        self._ends.result()

    def give_up(self) -> None:
        """No more of it is wanted."""
        self._is_given_up = True

    def _add(self, task: EachTask) -> None:
        with self._changed:
            self.num_rows += len(task.is_done)
            self.num_left += task.num_left
            if task.num_left:
                self._tasks.append(task)
        self._tell()

    def _has_after(self, count: int) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: len(self._tasks) > count or self.is_whole)
        return len(self._tasks) > count

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()


@contextmanager
def growing_plan(
    file: Path, pictures: Iterable[PlannedPicture], questions: Sequence[str], is_done: Answered
) -> Iterator[GrowingPlan]:
    """The plan of these pictures grows within, and has the name `file` and is whole after.
    `is_done` tells of marks whether they have answers.
    """
    with written(file) as stream, ThreadPoolExecutor(1, "plan") as writer:
        plan = GrowingPlan(Path(stream.name))
        plan.ends_with(writer.submit(plan.grow, stream, pictures, questions, is_done))
        del pictures, is_done  # the memory that they take is free when the plan is whole
        try:
            yield plan
            plan.wait()
        finally:
            plan.give_up()
