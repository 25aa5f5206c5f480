"""The same rows are asked by several processes: each takes tasks of the plan, and writes a part of
the journal of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from typing_extensions import override

from deixis.ask.loading import load, load_weightless
from deixis.ask.model import Model
from deixis.batch.each.asking import RowAsker, RowWording
from deixis.batch.each.plan import EachTask
from deixis.batch.each.row_journal import JournalPart, index_of, part_now
from deixis.batch.each.spending import CallBudget, Spending, TokenPrice
from deixis.batch.runner import Work
from deixis.models.generation import Usage

SERVER = "openai:"
SHARE_ROWS = 1024  # that a worker takes at a time, at most


def shares(tasks: Sequence[EachTask], num_workers: int) -> list[EachTask]:
    """Tasks beside each other become one that a worker takes at a time: large at first, as it waits
    for its last calls after each, and small in the end, so that all end together.
    """
    left = sum(task.num_left for task in tasks)
    found: list[EachTask] = []
    for task in tasks:
        most = min(SHARE_ROWS, left // (2 * num_workers))
        left -= task.num_left
        last = found[-1] if found else None
        if last and last.end == task.begin and last.num_left + task.num_left <= most:
            both = last.is_done + task.is_done
            found[-1] = EachTask(begin=last.begin, end=task.end, is_done=both)
        else:
            found.append(task)
    return found


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NamedModel:
    """A model by its name and how it is loaded, so that every process can load it."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)  # Any: see `load`

    @contextmanager
    def loaded(self, at_once: int) -> Iterator[Model]:
        """The model, and its connections closed in the end; a server is asked so many questions at
        the same time.
        """
        more = {"concurrency": at_once} if self.name.startswith(SERVER) else {}
        model = load(self.name, **{**more, **self.options})
        with closing(model.vlm):
            yield model

    def weightless(self) -> Model:
        """The model as a dry run needs it."""
        return load_weightless(self.name, **self.options)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EachTaskDone:
    """What came of a task."""

    num_done: int
    num_errors: int
    calls: int
    usage: Usage
    is_over_budget: bool


@final
@dataclass(kw_only=True)
class EachWork(Work[EachTask, EachTaskDone]):
    """The work asks the rows of tasks in some process; the model is loaded there, once. Parts of
    the journal `since` hold what a process that died has done of its task.
    """

    model: NamedModel
    wording: RowWording
    plan: Path
    folder: Path
    at_once: int
    budget: CallBudget  # the share of one process
    price: TokenPrice | None
    since: str = field(default_factory=part_now)
    _asker: RowAsker | None = field(default=None, repr=False)
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_asker": None, "_open": ExitStack()}

    @override
    def __call__(self, task: EachTask) -> EachTaskDone:
        """The rows are asked; a stop leaves out those that were not begun."""
        asker = self._asker or self._loaded()
        before = (asker.num_done, asker.num_errors, asker.spending.calls, asker.spending.usage)
        for _ in asker.run(self.plan, [task]):
            pass
        return EachTaskDone(
            num_done=asker.num_done - before[0],
            num_errors=asker.num_errors - before[1],
            calls=asker.spending.calls - before[2],
            usage=asker.spending.usage - before[3],
            is_over_budget=asker.is_over_budget,
        )

    @override
    def in_hand(self, task: EachTask) -> str | None:
        return None  # what was answered is in the journal, whatever the process died of

    @override
    def without(self, task: EachTask, part: str) -> EachTask:
        return task

    def close(self) -> None:
        """What this process asked with is closed."""
        self._open.close()

    def _loaded(self) -> RowAsker:
        had = index_of(self.folder, since=self.since)
        part = JournalPart(self.folder)
        self._open.callback(part.close)
        self._asker = RowAsker(
            self._open.enter_context(self.model.loaded(self.at_once)),
            self.wording,
            part,
            Spending(self.budget, self.price),
            self.at_once,
            had if len(had) else None,
        )
        return self._asker
