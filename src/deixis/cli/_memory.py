"""The memory of a run: printed, or checked before the run begins."""

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from deixis.cli.terminal import table
from deixis.core.errors import DeixisError, UnsupportedError, UsageError

if TYPE_CHECKING:
    from deixis.core.progress import Reporter
    from deixis.train.config import RunConfig
    from deixis.train.memory.room import Fit
    from deixis.train.task import Task

GIB = 2**30
PARTS = ("weights", "gradients", "optimizer", "activations", "total")


def tell_memory(
    arguments: argparse.Namespace, build: "Callable[[], tuple[Task, RunConfig]]"
) -> None:
    """Print the memory of a run on shapes alone; `build` is called while models open hollow."""
    from deixis.models.hollow import hollow_models
    from deixis.train.memory.room import fit_of

    num_devices = 1 if arguments.devices is None else arguments.devices
    if num_devices < 1:
        raise UsageError(f"--devices is at least 1, got {num_devices}")
    try:
        with hollow_models():
            task, config = build()
            fit = fit_of(task, config, num_devices=num_devices)
    except RuntimeError as error:  # of torch, where a number is needed
        raise _untold(error) from error
    print_memory(fit, num_devices=num_devices, as_json=arguments.json)


def check_memory(build: "Callable[[], tuple[Task, RunConfig]]", reporter: "Reporter") -> None:
    """Refuse a run that cannot fit before a checkpoint is loaded; where nobody can tell, say so."""
    from deixis.models.hollow import hollow_models
    from deixis.train.memory.room import check_fits

    try:
        with hollow_models():
            try:
                task, config = build()
            except DeixisError:
                return  # it is told in its turn, as data's mistakes come first
            check_fits(task, config)
    except RuntimeError as error:
        reporter.warn(str(_untold(error)))


def _untold(error: RuntimeError) -> UnsupportedError:
    words = str(error).strip().partition("\n")[0]
    return UnsupportedError(f"the memory of this run cannot be told without its weights: {words}")


def print_memory(fit: "Fit", *, num_devices: int, as_json: bool) -> None:
    """What each device holds, and whether there is room for it."""
    memory = fit.memory
    if as_json:
        record = {
            **{name: getattr(memory, name) for name in PARTS},
            "examples": memory.examples,
            "devices": num_devices,
            "device": fit.device,
            "room": fit.room,
            "fits": fit.fits,
        }
        print(json.dumps(record))
        return
    print(table(("on each device", "GiB"), [(p, _gib(getattr(memory, p))) for p in PARTS]))
    examples = "1 example" if memory.examples == 1 else f"{memory.examples} examples"
    devices = "1 device" if num_devices == 1 else f"{num_devices} devices"
    print(f"{examples} at once on {devices}.")
    if fit.room is None:
        print(f"How much {fit.device} has left is not known.")
        return
    verdict = "it fits" if fit.fits else "it does not fit"
    print(f"{fit.device} has {_gib(fit.room)} GiB left: {verdict}.")


def _gib(size: int) -> str:
    return f"{size / GIB:.2f}"
