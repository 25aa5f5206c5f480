"""A store's shards are done by processes of this machine, or by a Ray cluster. Each is one file."""

from deixis.batch.runner import Runner, Work
from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError

runners: Catalog[Runner] = Catalog(
    kind="runner", package="deixis.batch.runners", group="deixis.runners", interface=Runner
)


def runner(name: str, num_workers: int) -> Runner:
    """The runner of that name is made."""
    if num_workers < 1:
        raise UsageError(f"there is at least 1 worker, got {num_workers}")
    return runners.get(name)(num_workers)


__all__ = ["Runner", "Work", "runner", "runners"]
