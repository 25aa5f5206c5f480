"""`deixis` finds subcommands by their names, runs one, and turns errors into exit codes."""

import argparse
import os
import sys
import textwrap
from collections.abc import Callable, Sequence
from types import ModuleType

from deixis._version import __version__
from deixis.cli._command_parser import CommandParser, check_options
from deixis.cli._out import kept
from deixis.cli.parsers import placing
from deixis.cli.terminal import visible, visible_output
from deixis.core.catalog import ObjectCatalog
from deixis.core.errors import DeixisError, UsageError
from deixis.core.optional_parts import named_extras
from deixis.core.stopping import Listener, listening

# each file beside this one, and what other packages add
commands: ObjectCatalog[ModuleType] = ObjectCatalog(
    kind="command",
    package="deixis.cli",
    group="deixis.commands",
    interface=ModuleType,
    elsewhere={"lab": "deixis-lab"},
    besides=(
        *("main", "parsers", "terminal"),
        *("pixel_learning", "pixel_options", "prior_options", "prior_probe"),
    ),
)

DONE, FAILED, YOUR_MISTAKE = 0, 1, 2
# in which `deixis --help` lists them; what other packages add stands last
GROUPS = {
    "point": ("point", "draw", "say", "read", "look"),
    "ask": ("ask", "find", "demo"),
    "serve": ("serve", "mcp", "studio"),
    "know a model": ("models", "contracts", "probe", "eval"),
    "teach a model": ("train", "knowledge", "pixel", "prior"),
    "files and the shell": ("data", "completion"),
}
ABOUT = """\
Point at part of an image, and have any multimodal model understand.

  deixis say --size 640x480 cup=box:412,300,520,411       one region in every model's coordinates
  deixis ask street.jpg "What is {cup}?" cup=box:412,300,520,411 --model Qwen/Qwen3-VL-8B-Instruct
  deixis find street.jpg "the cup" --model openai:gpt-5.2  its place, and where to click
  deixis ask --each photos/ --regions coco.json "Describe {it}." --model MODEL --out rows.jsonl

Every command has --help and --json. Exit codes: 0 done, 1 failed, 2 your mistake,
3 the person left, 130 stopped by Ctrl-C, 143 by SIGTERM.
"""


def parser(called: str | None = None) -> argparse.ArgumentParser:
    """The whole command line is parsed; where one command is `called`, only its arguments are
    built, so that it starts sooner.
    """
    names = [called] if called is not None and called in commands else commands.names()
    whole = CommandParser(
        prog="deixis",
        usage="deixis [-h] [--version] COMMAND ...",
        description=ABOUT,
        epilog=_listed(names),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"deixis {__version__}")
    subparsers = whole.add_subparsers(
        dest="command", metavar="COMMAND", help=argparse.SUPPRESS, prog="deixis"
    )
    for name in names:
        module = commands.get(name)
        summary, _, rest = (module.__doc__ or name).partition("\n")
        command = subparsers.add_parser(
            name,
            description=f"{summary}\n{rest}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return whole


def _listed(names: Sequence[str]) -> str:
    """The commands in their groups, each with what it does."""
    grouped = [name for group in GROUPS.values() for name in group]
    others = tuple(name for name in names if name not in grouped)
    lines: list[str] = []
    for title, group in {**GROUPS, "more": others}.items():
        there = [name for name in group if name in names]
        lines += [f"{title}:", *map(_line, there), ""] if there else []
    return "\n".join(lines)


def _line(name: str) -> str:
    summary = (commands.get(name).__doc__ or name).partition("\n")[0].rstrip(".")
    indent = " " * 13
    return textwrap.fill(f"  {name:11}{summary}", width=98, subsequent_indent=indent)


def main(arguments: Sequence[str] | None = None) -> int:
    """One command runs; its exit code comes back."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given and not given[0].startswith("-"):
            commands.get(given[0])
        whole = parser(given[0] if given else None)
        check_options(whole, given)
    except UsageError as mistake:
        print(f"deixis: {visible(str(mistake))}", file=sys.stderr)
        return YOUR_MISTAKE
    with visible_output():  # its help
        chosen = whole.parse_args(given)
    if chosen.command is None:
        whole.print_help(sys.stderr)
        return YOUR_MISTAKE
    if not sys.stderr.isatty():  # the bars of transformers, before it is imported
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    with listening(_teller(chosen.command), to_the_end=arguments is None) as listener:
        return _ended(chosen, listener)


def _teller(command: str) -> Callable[[str], None] | None:
    """A message on stderr says that a command is stopping; of a run's several processes only one
    says it.
    """
    if os.environ.get("RANK", "0") != "0":
        return None

    def say(words: str) -> None:
        begin = "\n" if sys.stderr.isatty() else ""  # below a bar
        print(f"{begin}deixis {command}: {words}", file=sys.stderr, flush=True)

    return say


def _ended(chosen: argparse.Namespace, listener: Listener) -> int:
    """A command runs, and how it ended becomes an exit code."""
    try:
        with (
            named_extras("this command"),
            visible_output(),
            placing(chosen),
            kept(chosen),
        ):
            chosen.run(chosen)
    except UsageError as mistake:
        print(f"deixis {chosen.command}: {visible(str(mistake))}", file=sys.stderr)
        return YOUR_MISTAKE
    except DeixisError as failure:
        print(f"deixis {chosen.command}: {visible(str(failure))}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return listener.exit_code
    except BrokenPipeError:  # the reader of our output left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return DONE


if __name__ == "__main__":
    sys.exit(main())
