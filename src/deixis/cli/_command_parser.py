"""A command line that is mistyped is refused in one line, with what was probably meant."""

import argparse
import difflib
from collections.abc import Sequence
from typing import NoReturn, final

from typing_extensions import override

from deixis.core.errors import UsageError

REGION = "a region stands by itself, without an option, as cup=box:412,300,520,411"
PICTURE = "a picture stands by itself, without an option"
MEANT = {"--region": REGION, "--box": REGION, "--mark": REGION, "--image": PICTURE}


@final
class CommandParser(argparse.ArgumentParser):
    """argparse's, which takes no shortened options and says its complaints shortly."""

    def __init__(self, *args: object, **settings: object) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **settings})  # type: ignore[arg-type]

    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def check_options(parser: argparse.ArgumentParser, given: Sequence[str]) -> None:
    """Refuse the first option that the command, or its part, does not have."""
    for word in given:
        if word == "--":
            return
        parser = parts_of(parser).get(word, parser)
        name = word.partition("=")[0]
        known = [option for option in parser._option_string_actions if option.startswith("--")]
        if name.startswith("--") and name not in known:
            raise UsageError(f"{parser.prog} has no option {name}{_meant(name, known)}")


def _meant(name: str, known: Sequence[str]) -> str:
    if name in MEANT:
        return f": {MEANT[name]}"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def parts_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands, or the parts of one, by their names."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}
