"""Complete commands, options and their values in a shell: bash, zsh or fish.

  source <(deixis completion bash)                         in ~/.bashrc
  source <(deixis completion zsh)                          in ~/.zshrc
  deixis completion fish > ~/.config/fish/completions/deixis.fish

What is completed is what this installation has: its commands, those of other packages, dialects,
marks, encodings. After an update of Deixis the script is to be written again, where it is kept.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from deixis.cli._command_parser import parts_of

SHELLS = ("bash", "zsh", "fish")
SAID_TOO = {"-h"}  # its long form is enough


@final
@dataclass(frozen=True, kw_only=True)
class Completed:
    """What can follow a command, which is called by its words: its parts and its options."""

    words: tuple[str, ...]
    about: str
    parts: tuple[str, ...]
    options: tuple["CompletedOption", ...]


@final
@dataclass(frozen=True, kw_only=True)
class CompletedOption:
    """An option, and the values that are known of it; `takes_value` where one follows."""

    names: tuple[str, ...]
    about: str
    values: tuple[str, ...]
    takes_value: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis completion` takes these arguments."""
    parser.add_argument("shell", choices=SHELLS, help="whose script to print")
    parser.add_argument("--json", action="store_true", help="what is completed, as one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The script is printed."""
    from deixis.cli.main import parser

    known = list(_walked(parser(), ()))
    if arguments.json:
        told = {
            " ".join(one.words): {
                "parts": one.parts,
                "options": {option.names[-1]: option.values for option in one.options},
            }
            for one in known
        }
        print(json.dumps(told, ensure_ascii=False))
    elif arguments.shell == "fish":
        print("\n".join(_fish(known)))
    else:
        print(_bash(known, is_zsh=arguments.shell == "zsh"))


def _walked(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> Iterator[Completed]:
    """A command, and the parts below it."""
    parts = parts_of(parser)
    options = [_option(action) for action in parser._actions if action.option_strings]
    about = (parser.description or "").strip().partition("\n")[0]
    yield Completed(words=words, about=about, parts=tuple(parts), options=tuple(options))
    for name, part in parts.items():
        yield from _walked(part, (*words, name))


def _option(action: argparse.Action) -> CompletedOption:
    return CompletedOption(
        names=tuple(name for name in action.option_strings if name not in SAID_TOO),
        about=(action.help or "").partition("\n")[0],
        values=tuple(map(str, action.choices)) if action.choices else _known_values(action.dest),
        takes_value=action.nargs != 0,
    )


def _known_values(dest: str) -> tuple[str, ...]:
    """Values of options that have no closed list: names of what is installed."""
    from deixis.coordinates import dialects
    from deixis.coordinates.contracts import contracts
    from deixis.encodings import encodings
    from deixis.marks.colours import ALL_NAMED
    from deixis.marks.shapes import shapes

    match dest:
        case "dialect":
            return tuple(dialects.names())
        case "contract":
            return tuple(one.name for one in contracts())
        case "model":
            return ("nano", "openai:", "tiny:")
        case "encoding" | "baseline":
            return (*encodings.names(), *shapes.names())
        case "shape":
            return tuple(shapes.names())
        case "color":
            return tuple(ALL_NAMED)
    return ()


def _bash(known: Sequence[Completed], *, is_zsh: bool) -> str:
    """A script of plain cases, which the bash 3.2 of macOS reads too."""
    begin = "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n" if is_zsh else ""
    parts = _cases((one.words, one.parts) for one in known)
    options = _cases((one.words, [name for o in one.options for name in o.names]) for one in known)
    values = _cases(
        ((*one.words, name), option.values)
        for one in known
        for option in one.options
        for name in option.names
    )
    return f"""{begin}_deixis_parts() {{ case "$1" in
{parts}
esac; }}
_deixis_options() {{ case "$1" in
{options}
esac; }}
_deixis_values() {{ case "$1" in
{values}
esac; }}
_deixis() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
  local path="" word words i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${{COMP_WORDS[i]}}"
    case " $(_deixis_parts "$path") " in *" $word "*) path="${{path:+$path }}$word" ;; esac
  done
  words="$(_deixis_values "${{path:+$path }}$before")"
  if [ -z "$words" ]; then
    case "$current" in
      -*) words="$(_deixis_options "$path")" ;;
      *) words="$(_deixis_parts "$path")" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _deixis deixis"""


def _cases(rows: "Iterator[tuple[tuple[str, ...], Sequence[str]]]") -> str:
    return "\n".join(
        f'  "{" ".join(words)}") echo "{" ".join(listed)}" ;;' for words, listed in rows if listed
    )


def _fish(known: Sequence[Completed]) -> Iterator[str]:
    """A line for each command, part and option."""
    about = {one.words: one.about for one in known}
    for one in known:
        seen = [f"__fish_seen_subcommand_from {word}" for word in one.words]
        where = "; and ".join(seen) or "__fish_use_subcommand"
        if one.parts and one.words:
            where_parts = f"{where}; and not __fish_seen_subcommand_from {' '.join(one.parts)}"
        else:
            where_parts = where
        for part in one.parts:
            told = _quoted(about[(*one.words, part)])
            yield f"complete -c deixis -f -n '{where_parts}' -a {part} -d {told}"
        for option in one.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            takes = " -r" if option.takes_value else ""
            values = f" -f -a {_quoted(' '.join(option.values))}" if option.values else ""
            told = _quoted(option.about)
            yield f"complete -c deixis -n '{where}' {names}{takes}{values} -d {told}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
