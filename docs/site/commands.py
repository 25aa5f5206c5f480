"""The reference of the command line, made of its parsers."""

import argparse
import re
from collections.abc import Iterator

from deixis.cli.main import parser
from docs.site.prose import as_markdown, cell, code, table


def subparsers(one: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below a parser, by name."""
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def options(one: argparse.ArgumentParser) -> list[argparse.Action]:
    """What a parser takes itself, but for help."""
    skipped = (argparse._SubParsersAction, argparse._HelpAction)
    return [
        action
        for action in one._actions
        if not isinstance(action, skipped) and action.help is not argparse.SUPPRESS
    ]


def walk(
    one: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command with its words, the whole command line first."""
    yield words, one
    for name, below in subparsers(one).items():
        yield from walk(below, (*words, name))


def pages() -> dict[str, str]:
    """A page for each command, and one that lists them."""
    whole = parser()
    commands = subparsers(whole)
    found = {f"commands/{name}": _page(name, one) for name, one in commands.items()}
    rows = [[f"[`deixis {name}`]({name}.md)", cell(_about(one))] for name, one in commands.items()]
    listing = "\n".join(commands)
    index = (
        "# Command line\n\n"
        + as_markdown(whole.description)
        + "\n\n"
        + table(["command", "what it does"], rows)
        + "\n\n"
        + "\n\n".join(_options(whole))
        + f"\n\n```{{toctree}}\n:hidden:\n\n{listing}\n```\n"
    )
    return {"commands/index": index, **found}


def _about(one: argparse.ArgumentParser) -> str:
    return (one.description or "").strip().partition("\n")[0].rstrip(".")


def _page(name: str, one: argparse.ArgumentParser) -> str:
    parts = []
    for words, command in walk(one, (name,)):
        depth = min(len(words), 3)
        parts += [f"{'#' * depth} deixis {' '.join(words)}", *_command(command)]
    return "\n\n".join(parts) + "\n"


def _command(one: argparse.ArgumentParser) -> list[str]:
    usage = re.sub(r"\s+", " ", one.format_usage().removeprefix("usage: ")).strip()
    return [as_markdown(one.description), f"```text\n{_wrapped(usage)}\n```", *_options(one)]


def _options(one: argparse.ArgumentParser) -> list[str]:
    """A table for each group of options."""
    parts = []
    for group in one._action_groups:
        actions = [action for action in options(one) if action in group._group_actions]
        rows = [[_said(action), cell(_help(one, action)), _default(action)] for action in actions]
        if rows:
            title = group.title or ""
            named = title not in ("options", "positional arguments")
            parts += [f"**{title[:1].upper()}{title[1:]}**"] if named else []
            parts.append(table(["option", "what", "unless given"], rows))
    return parts


def _wrapped(usage: str, width: int = 88) -> str:
    lines, line = [], ""
    for piece in re.findall(r"\[[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\]|\S+", usage):
        if line and len(line) + len(piece) >= width:
            lines.append(line)
            line = "   "
        line = f"{line} {piece}" if line else piece
    return "\n".join([*lines, line])


def _said(action: argparse.Action) -> str:
    """An option as it is written, or a value by its place."""
    formatter = argparse.HelpFormatter("deixis")
    if not action.option_strings:
        return code(formatter._format_args(action, _place_name(action)))
    if action.nargs == 0:
        return ", ".join(code(one) for one in action.option_strings)
    value = formatter._format_args(action, formatter._get_default_metavar_for_optional(action))
    return ", ".join(code(f"{one} {value}") for one in action.option_strings)


def _place_name(action: argparse.Action) -> str:
    return action.metavar if isinstance(action.metavar, str) else action.dest


def _help(one: argparse.ArgumentParser, action: argparse.Action) -> str:
    if not action.help:
        return ""
    return one._get_formatter()._expand_help(action)


def _default(action: argparse.Action) -> str:
    if action.default in (None, argparse.SUPPRESS, [], (), False, ""):
        return ""
    if action.nargs == 0:
        return ""
    value = action.default
    return code(" ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
