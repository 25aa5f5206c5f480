"""Ray Data does the same shards on the machines of a Ray cluster that share the store's folder."""

import importlib.util
import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, final

from typing_extensions import override

from deixis.batch.runner import Done, Runner, Task, Work
from deixis.core.errors import DeixisError, MissingExtraError


@final
class Ray(Runner):
    """`num_workers` actors of Ray Data do the shards. RAY_ADDRESS names a cluster; without it one
    is begun on this machine.
    """

    extra: ClassVar[str | None] = "ray"

    @override
    def run(self, work: Work[Task, Done], tasks: Sequence[Task]) -> Iterator[Done]:
        if importlib.util.find_spec("ray") is None:
            raise MissingExtraError(package="ray", extra="ray", needed_for="the runner ray")
        if not tasks:
            return
        import ray
        import ray.data

        begun = not ray.is_initialized()
        try:
            if begun:
                ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
            with _quiet():
                for done in _rows(ray, work, tasks, self.num_workers):
                    yield pickle.loads(done)
        except ray.exceptions.RayError as failure:
            raise DeixisError(f"Ray could not do a shard: {failure}") from None
        finally:
            if begun:
                ray.shutdown()


def _rows(
    ray: Any,  # Any: an optional package
    work: Work[Task, Done],
    tasks: Sequence[Task],
    num_workers: int,
) -> Iterator[bytes]:
    """The actors give their results task by task; both travel as bytes, which Arrow takes."""
    ray.data.DataContext.get_current().enable_progress_bars = False
    items = [{"task": pickle.dumps(task)} for task in tasks]
    made = ray.data.from_items(items, override_num_blocks=len(items)).map(
        _Actor,
        fn_constructor_args=(pickle.dumps(work),),
        compute=ray.data.ActorPoolStrategy(
            size=min(num_workers, len(tasks)),
            max_tasks_in_flight_per_actor=1,  # none waits for one actor while another is idle
        ),
    )
    for row in made.iter_rows():
        yield row["done"]


@contextmanager
def _quiet() -> Iterator[None]:
    """Of what Ray Data tells of each run errors alone are shown."""
    logger = logging.getLogger("ray.data")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


@final
class _Actor:
    """A worker of Ray's holds the work."""

    def __init__(self, work: bytes) -> None:
        self.work = pickle.loads(work)

    def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
        return {"done": pickle.dumps(self.work(pickle.loads(row["task"])))}
