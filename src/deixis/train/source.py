"""Where examples come from, and how they are prepared: in processes beside the step, in order.

There is no torch here, so that the processes that prepare data stay light.
"""

import pickle
import sys
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from deixis.core.errors import SampleError, TrainingError, UsageError
from deixis.core.workers import Workers, begin_worker


class Source(ABC):
    """Examples by their index, prepared in data processes, to which it is sent by pickle.

    Keep it small (paths and settings, no model) and in a file that does not import torch; give
    numpy arrays, which travel between processes quickly.
    """

    @property
    @abstractmethod
    def num_examples(self) -> int | None:
        """How many there are; None: endless, and example i is the i-th that is trained on."""

    @property
    def num_an_epoch(self) -> int | None:
        """Examples that an epoch goes through, each once; None: there are no epochs."""
        return self.num_examples

    @property
    def digest(self) -> str:
        """What tells these examples from others of the same number; empty where nothing does."""
        return ""

    @abstractmethod
    def example(self, index: int, generator: np.random.Generator) -> Any:  # Any: the task's own
        """One example. `generator` depends on the run's seed and the example's turn alone: use it
        for what should differ between epochs. A row that cannot be used raises SampleError.
        """

    def collate(self, examples: Sequence[Any]) -> Any:  # Any: the task's own
        """What `Task.loss` gets for these; the list as it is, unless overridden."""
        return list(examples)


AHEAD = 3  # pieces a worker may be ahead of the step


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What to prepare: a row of examples and the position of the first in the run."""

    seed: int
    first: int
    indices: tuple[int, ...]
    skip_bad: bool = False
    counts: bool = True  # False: it only keeps the processes in step


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A prepared batch; None if none of its examples could be used. `bad` tells why, by index."""

    job: Job
    batch: Any  # Any: what the source collates
    bad: Mapping[int, str] = field(default_factory=dict)

    @property
    def good(self) -> list[int]:
        """The indices of the batch's examples."""
        return [index for index in self.job.indices if index not in self.bad]


def prepare(source: Source, job: Job) -> Piece:
    """Make the examples of a job and collate them."""
    examples, bad = [], {}
    for place, index in enumerate(job.indices):
        generator = np.random.default_rng([job.seed, job.first + place])
        try:
            examples.append(source.example(index, generator))
        except SampleError as error:
            if not job.skip_bad:
                raise
            bad[index] = str(error)
    return Piece(job=job, batch=source.collate(examples) if examples else None, bad=bad)


def prepared(source: Source, jobs: Iterator[Job], num_workers: int) -> Generator[Piece, None, None]:
    """The pieces of these jobs, in their order, whatever the number of workers.

    Close the generator to end the processes.
    """
    if num_workers == 0:
        for job in jobs:
            yield prepare(source, job)
        return
    _check_travels(source)
    workers = Workers()
    executor = ProcessPoolExecutor(
        num_workers, mp_context=workers, initializer=_start_worker, initargs=(source,)
    )
    waiting: deque[Future[Piece]] = deque()
    try:
        for job in jobs:
            waiting.append(executor.submit(_prepare, job))
            if len(waiting) > AHEAD * num_workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        workers.kill()
        raise TrainingError(
            "a data process died; was it out of memory? Try fewer num_workers"
        ) from None
    finally:
        executor.shutdown(cancel_futures=True)


def _check_travels(source: Source) -> None:
    try:
        pickle.dumps(source)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{type(source).__name__} cannot be sent to data processes ({error}); "
            "keep open files and models out of it, or set num_workers=0"
        ) from None


_source: list[Source] = []  # the one that this process prepares examples of


def _start_worker(source: Source) -> None:
    begin_worker()  # the run saves first, then ends its workers
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    _source[:] = [source]


def _prepare(job: Job) -> Piece:
    return prepare(_source[0], job)
