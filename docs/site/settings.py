"""The reference of the settings that `deixis train --set` takes, made of their dataclasses."""

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any

from deixis.knowledge.tuning import KnowledgeTuningOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import recipes
from docs.site.fields import fields_of
from docs.site.prose import as_markdown, cell, code, table


def page() -> str:
    """What `--set` takes: of every run, of training on your own data, and of each recipe."""
    parts = [
        "# Settings of training",
        "`deixis train … --set NAME=VALUE`, as often as needed. "
        "[Training](train.md) says what they do together.",
        "## Of every run",
        as_markdown(RunConfig.__doc__),
        _fields(RunConfig, "", RunConfig()),
        "### The optimizer",
        as_markdown(OptimConfig.__doc__),
        _fields(OptimConfig, "optim.", OptimConfig()),
        "## On your own data",
        as_markdown(KnowledgeTuningOptions.__doc__),
        _fields(KnowledgeTuningOptions, "task."),
    ]
    for name in recipes.names():
        recipe = recipes.get(name)
        parts += [f"## {name}", as_markdown(recipe.about or recipe.summary)]
        parts.append(_fields(type(recipe.options), "task.", recipe.options))
        changed = [f"{path}={value}" for path, value in _changed(recipe.config, RunConfig())]
        if changed:
            parts.append("Its run differs in " + ", ".join(code(one) for one in changed) + ".")
    return "\n\n".join(part for part in parts if part) + "\n"


def told() -> dict[str, str]:
    """Every setting of every table, and what is told of it."""
    tables = [
        (RunConfig, ""),
        (OptimConfig, "optim."),
        (KnowledgeTuningOptions, "task."),
        *((type(recipes.get(name).options), f"{name}: task.") for name in recipes.names()),
    ]
    return {row[0]: row[3] for cls, before in tables for row in _rows(cls, before, None)}


def _fields(cls: type[Any], before: str, values: object | None = None) -> str:
    """The settings of a dataclass, those of dataclasses within it below their names."""
    rows = list(_rows(cls, before, values))
    return table(["setting", "type", "unless set", "what"], rows) if rows else ""


def _rows(cls: type[Any], before: str, values: object | None) -> Iterator[list[str]]:
    kinds = typing.get_type_hints(cls)
    for one in fields_of(cls):
        value, kind = getattr(values, one.name, None), kinds[one.name]
        if dataclasses.is_dataclass(kind) and not before:
            continue  # has a table of its own
        if dataclasses.is_dataclass(kind):
            yield from _rows(kind, f"{before}{one.name}.", value)
            continue
        default = one.default if values is None else repr(value)
        yield [code(before + one.name), code(one.kind), code(default), cell(one.about)]


def _changed(config: Any, usual: Any, before: str = "") -> Iterator[tuple[str, object]]:
    for name in config.__dataclass_fields__:
        value, other = getattr(config, name), getattr(usual, name)
        if hasattr(value, "__dataclass_fields__"):
            yield from _changed(value, other, f"{before}{name}.")
        elif value != other:
            yield before + name, value
