"""Three parts of `deixis pixel` learn prompts: matrix, apart and rivals."""

import argparse
import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli.parsers import dtype_settings, placing_words
from deixis.cli.terminal import table

if TYPE_CHECKING:
    from deixis.pixel.transfer import Transfer
    from deixis.pixel.transfer_matrix import MatrixSettings


def matrix(arguments: argparse.Namespace) -> None:
    """Several kinds of prompts are learned on several models, and reported."""
    from deixis.evals.claim_report import write_report
    from deixis.pixel.matrix_report import reported

    settings = _matrix_settings(arguments)
    found, command = _matrix_of(arguments, settings)
    report = reported(found, settings, command=command)
    write_report(report, arguments.out / report.name)


def apart(arguments: argparse.Namespace) -> None:
    """Prompts are learned on two models that share no training data."""
    from deixis.pixel.transfer_matrix import between_two

    _matrix_of(arguments, between_two(_matrix_settings(arguments)))


def rivals(arguments: argparse.Namespace) -> None:
    """A prompt is compared with words, soft words and adapters."""
    from deixis.cli.terminal import TerminalReporter
    from deixis.pixel.adaptation_baselines import WORDINGS, RivalSettings, compared, write_rivals

    settings = RivalSettings(
        task=arguments.task,
        model=arguments.model,
        num=arguments.num,
        steps=arguments.steps,
        limit=arguments.limit,
        wordings=tuple(arguments.words or WORDINGS),
        prompts=(*dtype_settings(arguments), *arguments.set),
        soft_words=(*dtype_settings(arguments), *arguments.set_soft),
        adapters=(*dtype_settings(arguments), *arguments.set_lora),
        data=arguments.data,
        recipe=arguments.recipe,
        soft_recipe=arguments.soft_recipe,
    )
    found = compared(settings, arguments.out, reporter=TerminalReporter())
    told = (
        "task",
        "data",
        "model",
        "recipe",
        "soft-recipe",
        "num",
        "steps",
        "limit",
        "words",
        "set",
        "set-soft",
        "set-lora",
        "out",
    )
    command = shlex.join(
        ["deixis", "pixel", "rivals", *options_typed(arguments, *told), *placing_words(arguments)]
    )
    write_rivals(found, settings, arguments.out, command=command)
    if arguments.json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    print((arguments.out / "README.md").read_text("utf-8"))


def _matrix_settings(arguments: argparse.Namespace) -> "MatrixSettings":
    from deixis.pixel.transfer_matrix import MatrixSettings

    return MatrixSettings(
        task=arguments.task,
        models=tuple(arguments.model),
        steps=arguments.steps,
        limit=arguments.limit,
        variants=tuple(arguments.variant or ()),
        more=(*dtype_settings(arguments), *arguments.set),
        jobs=arguments.jobs,
        recipe=arguments.recipe,
        data=arguments.data,
    )


def _matrix_of(arguments: argparse.Namespace, settings: "MatrixSettings") -> "tuple[Transfer, str]":
    from deixis.cli.terminal import TerminalReporter
    from deixis.pixel.transfer_matrix import learned_and_transferred

    told = ("task", "data", "model", "variant", "recipe", "set", "steps", "limit", "out")
    return learned(
        arguments,
        ("deixis", "pixel", arguments.part),
        told,
        lambda: learned_and_transferred(settings, arguments.out, reporter=TerminalReporter()),
    )


def learned(
    arguments: argparse.Namespace,
    begin: Sequence[str],
    told: Sequence[str],
    learn: "Callable[[], Transfer]",
) -> "tuple[Transfer, str]":
    """What was learned is put on a page, with the command that repeats it: it begins so and has
    the options `told`.
    """
    from transformers.utils import logging

    from deixis.pixel.transfer_page import write_transfer

    disable_progress_bar: Callable[[], None] = logging.disable_progress_bar
    disable_progress_bar()
    found = learn()
    command = shlex.join([*begin, *options_typed(arguments, *told), *placing_words(arguments)])
    write_transfer(found, arguments.out, command=command)
    print_transfer(found, arguments.out, as_json=arguments.json)
    return found, command


def options_typed(arguments: argparse.Namespace, *names: str) -> list[str]:
    """Options come as they were typed."""
    words: list[str] = []
    for name in names:
        value = getattr(arguments, name.replace("-", "_"))
        for one in value if isinstance(value, list) else [value]:
            words += [] if one is None else [f"--{name}", str(one)]
    return words


def print_transfer(found: "Transfer", out: Path, *, as_json: bool) -> None:
    """The matrix is printed as a table or as JSON."""
    from deixis.pixel.transfer_page import table_of

    if as_json:
        print(json.dumps(asdict(found) | {"folder": str(out)}, ensure_ascii=False))
        return
    header, rows = table_of(found)
    print(table(header, rows))
    print(f"\n{out / 'README.md'} has the intervals, {out / 'matrix.png'} the heat map")
