"""Train: a recipe by its name, or a model on your own conversations about pictures.

  deixis train pixel --set task.task=cifar10 --set task.data=DIR --out runs/pixel
  deixis train vip_llava_instruct --set task.data=vip-llava_stage2_mix.json --images DIR --out RUN
  deixis train data.json --images pictures --model llava-hf/llava-1.5-7b-hf --out runs/mine
  deixis train data.jsonl --images pictures --model MODEL --parts lora --set optim.lr=1e-4 --out DIR
  deixis train visual7w --format visual7w --set task.split=train --model MODEL --out DIR
  deixis train --config runs/mine/config.json --out runs/again
  deixis train vip_llava_lora --memory --devices 8     # what it takes; nothing is loaded

The same command goes on where it was stopped or killed. Data is in LLaVA's format (docs/train.md),
or in any that `deixis data cards` lists: --format NAME.
"""

import argparse
import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, final

from deixis.cli.parsers import add_placing, dtype_settings
from deixis.cli.terminal import table
from deixis.core.errors import DeixisError, UnsupportedError, UsageError

if TYPE_CHECKING:
    from deixis.core.progress import Reporter
    from deixis.train.config import RunConfig
    from deixis.train.memory.estimate import Fit
    from deixis.train.recipe import Recipe
    from deixis.train.run import Outcome
    from deixis.train.task import Task

DATA = (".json", ".jsonl")
SHOWN = 5  # bad rows that are listed
CHECKPOINTS = ("task.model", "task.tower", "task.sources")  # settings that name models
GIB = 2**30
PARTS = ("weights", "gradients", "optimizer", "activations", "total")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis train` takes these arguments."""
    parser.add_argument("what", nargs="?", help="a recipe's name, or data as .json or .jsonl")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the run's folder")
    parser.add_argument(
        "--memory", action="store_true", help="only tell how much memory a run takes"
    )
    parser.add_argument(
        "--about", action="store_true", help="only tell what a recipe does, costs and brings"
    )
    parser.add_argument("--devices", type=int, metavar="N", help="devices that --memory counts")
    parser.add_argument("--config", type=Path, metavar="FILE", help="repeat a saved run")
    parser.add_argument(
        "--steps", type=int, metavar="N", help="instead of the recipe's number, or one epoch"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting: optim.lr=1e-4"
    )
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--resume", action="store_true", help="continue in DIR (the default)")
    begin.add_argument("--fresh", action="store_true", help="clear DIR of an earlier run")
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave bad rows out, and count them"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_placing(parser, trains=True)
    data = parser.add_argument_group("on your own data")
    data.add_argument("--images", type=Path, metavar="FOLDER", help="the folder of its pictures")
    data.add_argument(
        "--format", metavar="NAME", help="llava (default), mixture, or one of `deixis data cards`"
    )
    data.add_argument("--model", help="the model: a folder, a hub id, or tiny:FAMILY")
    data.add_argument(
        "--parts",
        metavar="PART,PART",
        help="what learns: projector (default), language, vision; lora; all",
    )


def run(arguments: argparse.Namespace) -> None:
    """The model is trained, and a line says where it is."""
    if arguments.about:
        _tell_recipe(arguments.what)
        return
    from transformers.utils import logging

    from deixis.cli.terminal import TerminalReporter
    from deixis.train.run import run as train

    disable_progress_bar: Callable[[], None] = logging.disable_progress_bar
    disable_progress_bar()  # ours is enough
    if arguments.memory:
        _tell_memory(arguments, lambda: _counted(arguments))
        return
    if arguments.out is None:
        raise UsageError("where is the run to be kept? --out DIR")
    if arguments.devices is not None:
        raise UsageError("--devices goes with --memory; torchrun starts several processes")
    reporter = TerminalReporter()
    if _on_checkpoints(arguments):
        _check_memory(lambda: _counted(arguments), reporter)
    chosen = _chosen(arguments, reporter)
    outcome = train(
        chosen.task,
        chosen.config,
        arguments.out,
        about=chosen.about,
        reporter=reporter,
        resume=not arguments.fresh,
    )
    _print(outcome, chosen, as_json=arguments.json)
    if not outcome.finished:
        raise KeyboardInterrupt


def _tell_recipe(name: str | None) -> None:
    from deixis.train.recipe import recipes

    if name is None:
        raise UsageError(f"which recipe? one of {', '.join(recipes.names())}")
    recipe = recipes.get(name)
    print((recipe.about or recipe.summary).rstrip())


@final
@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """The arguments choose this to be trained."""

    task: "Task"
    config: "RunConfig"
    about: dict[str, object]
    bad: tuple[str, ...] = ()


def _chosen(arguments: argparse.Namespace, reporter: "Reporter") -> _Chosen:
    from deixis.train.recipe import recipes
    from deixis.train.run_folder import read_config

    saved = read_config(arguments.config) if arguments.config else {}
    what = arguments.what
    if (what is None) == (not saved):
        raise UsageError("give a recipe, data, or --config FILE: one of them")
    is_data = what is not None and (arguments.format or Path(what).suffix in DATA)
    if "tuning" in saved or (is_data and what not in recipes.names()):
        return _tuning(arguments, saved, reporter)
    return _recipe(arguments, saved)


def _counted(arguments: argparse.Namespace) -> tuple["Task", "RunConfig"]:
    """The same task is built while models are opened hollow."""
    from deixis.core.progress import Silent

    chosen = _chosen(arguments, Silent())
    return chosen.task, chosen.config


def _on_checkpoints(arguments: argparse.Namespace) -> bool:
    """A model comes from a folder or the hub; nano and the tiny ones fit anywhere."""
    from deixis.core.settings import to_record
    from deixis.train.recipe import recipes
    from deixis.train.run_folder import read_config

    record: dict[str, object] = {}
    if arguments.config:
        saved = read_config(arguments.config)
        record = saved.get("tuning") or saved.get("task") or {}
    elif arguments.what in recipes.names():
        record = to_record(recipes.get(arguments.what).options)
    said = [one for one in arguments.set if one.partition("=")[0] in CHECKPOINTS]
    named = [record.get(name.removeprefix("task.")) for name in CHECKPOINTS]
    return any("/" in str(name) for name in (*said, *named, arguments.model))


def _recipe(arguments: argparse.Namespace, saved: dict[str, object]) -> _Chosen:
    from deixis.core.settings import from_record, to_record
    from deixis.train.config import RunConfig
    from deixis.train.conversations import ConversationSource
    from deixis.train.recipe import recipes

    name = arguments.what or saved.get("recipe")
    if not isinstance(name, str):
        raise UsageError(f"{arguments.config} names no recipe and no data")
    recipe = recipes.get(name)
    if saved:
        recipe = dataclasses.replace(
            recipe,
            config=from_record(RunConfig, saved["run"], name="run"),
            options=from_record(type(recipe.options), saved.get("task", {}), name="task"),
        )
    recipe = recipe.with_settings([*_data_settings(arguments, recipe), *_assignments(arguments)])
    about: dict[str, object] = {"recipe": name, "task": to_record(recipe.options)}
    task = recipe.task()
    bad = tuple(task.source.bad.values()) if isinstance(task.source, ConversationSource) else ()
    return _Chosen(task=task, config=recipe.config, about=about, bad=bad)


def _data_settings(arguments: argparse.Namespace, recipe: "Recipe") -> list[str]:
    """The options on data become settings of a recipe that learns from any data."""
    known = {field.name for field in dataclasses.fields(recipe.options)}
    given = {
        name: getattr(arguments, name) for name in ("images", "format", "model", "parts", "dtype")
    }
    for name, value in given.items():
        if value is not None and name not in known:
            raise UsageError(f"--{name} goes with data; recipe {arguments.what} has its own")
    if arguments.skip_bad and "skip_bad" in known:
        given["skip_bad"] = "true"
    return [f"task.{name}={value}" for name, value in given.items() if value is not None]


def _tuning(
    arguments: argparse.Namespace, saved: dict[str, object], reporter: "Reporter"
) -> _Chosen:
    from deixis.core.settings import from_record, override, to_record
    from deixis.knowledge.tuning import KnowledgeTuningOptions, build
    from deixis.train.config import RunConfig
    from deixis.train.recipe import with_length
    from deixis.train.tuning import default_config

    if saved:
        record = saved["tuning"]
    else:
        form = arguments.format or "llava"
        if arguments.model is None or (form == "llava" and arguments.images is None):
            raise UsageError("training on data needs --images FOLDER and --model MODEL")
        parts = (arguments.parts or "projector").split(",")
        images = arguments.images and str(arguments.images)
        where = {"data": arguments.what, "images": images, "format": form}
        record = {**where, "model": arguments.model, "parts": parts}
    options = from_record(KnowledgeTuningOptions, record, name="tuning")
    told = [*arguments.set, *dtype_settings(arguments)]
    options = override(options, [text[5:] for text in told if text.startswith("task.")])
    config = default_config(options)
    if saved:
        config = from_record(RunConfig, saved["run"], name="run")
    own = [text for text in _assignments(arguments) if not text.startswith("task.")]
    config = with_length(config, own)
    task = build(dataclasses.replace(options, skip_bad=config.skip_bad))
    source = task.source
    reporter.say(source.summary)
    about: dict[str, object] = {"tuning": to_record(options)}
    return _Chosen(task=task, config=config, about=about, bad=tuple(source.bad.values()))


def _assignments(arguments: argparse.Namespace) -> list[str]:
    """Options that stand for settings become settings; the last one given holds."""
    steps = [f"steps={arguments.steps}"] if arguments.steps is not None else []
    device = [f"device={arguments.device}"] if arguments.device is not None else []
    skips = ["skip_bad=true"] if arguments.skip_bad else []
    return [*arguments.set, *steps, *skips, *device]


def _print(outcome: "Outcome", chosen: _Chosen, *, as_json: bool) -> None:
    bad = [*chosen.bad, *outcome.bad.values()]
    model = outcome.folder / "model"
    if as_json:
        record = {
            "folder": str(outcome.folder),
            "step": outcome.step,
            "steps": outcome.steps,
            "finished": outcome.finished,
            "model": str(model) if outcome.finished else None,
            "numbers": dict(outcome.numbers),
            "bad": bad,
        }
        print(json.dumps(record, ensure_ascii=False))
        return
    if outcome.finished:
        print(f"Trained for {outcome.step} steps; the model is in {model}.")
    else:
        print(f"Stopped at step {outcome.step}, saved; the same command goes on.")
    if bad:
        print(f"{len(bad)} bad rows were left out:")
        for line in bad[:SHOWN]:
            print(f"  {line}")
        if len(bad) > SHOWN:
            print(f"  and {len(bad) - SHOWN} more")


def _tell_memory(
    arguments: argparse.Namespace, build: "Callable[[], tuple[Task, RunConfig]]"
) -> None:
    """A run's memory is counted on shapes alone and printed; `build` is called while models open
    hollow.
    """
    from deixis.models.meta_tensors import hollow_models
    from deixis.train.memory.estimate import fit_of

    num_devices = 1 if arguments.devices is None else arguments.devices
    if num_devices < 1:
        raise UsageError(f"--devices is at least 1, got {num_devices}")
    try:
        with hollow_models():
            task, config = build()
            fit = fit_of(task, config, num_devices=num_devices)
    except RuntimeError as error:  # of torch, where a number is needed
        raise _untold(error) from error
    _print_memory(fit, num_devices=num_devices, as_json=arguments.json)


def _check_memory(build: "Callable[[], tuple[Task, RunConfig]]", reporter: "Reporter") -> None:
    """A run that cannot fit is refused before a checkpoint is loaded; where it cannot be
    counted, a warning says so.
    """
    from deixis.models.meta_tensors import hollow_models
    from deixis.train.memory.estimate import check_fits

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


def _print_memory(fit: "Fit", *, num_devices: int, as_json: bool) -> None:
    """Each device's share is printed, and whether there is room for it."""
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
