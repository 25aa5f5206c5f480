"""A command writes to a folder of its own, or to a file that is none of those it reads."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from deixis.core.folder_ownership import check_target, claimed

CLAIMS = "answers.jsonl.claims"
KNOWN = {  # what folders of a kind hold that were made before there was a marker in them
    "eval": (CLAIMS, "results.jsonl"),
    "lab": (CLAIMS,),
    "pixel": (CLAIMS, "pixel.json"),
    "prior": (CLAIMS, "ranks.json"),
}
WRITTEN = ("out", "save")  # options that name what is written


@contextlib.contextmanager
def kept(arguments: argparse.Namespace) -> Iterator[None]:
    """While a command runs, the folder of its --out is its own; a UsageError says whose it is
    otherwise.

    A command whose --out is a folder says so by `parser.set_defaults(keeps=KIND)`; commands of one
    kind may share a folder. `otherwise` names the argument that stands in for an --out not given.
    """
    kind = getattr(arguments, "keeps", None)
    folder = None if kind is None else _folder(arguments)
    if kind is not None and folder is not None:
        with claimed(folder, kind, known=KNOWN.get(kind, ())):
            yield
        return
    for name in WRITTEN:
        path = getattr(arguments, name, None)
        if isinstance(path, Path) and not path.is_dir():  # of a folder the command itself tells
            check_target(path, _given(arguments))
    yield


def _folder(arguments: argparse.Namespace) -> Path | None:
    """The folder is --out, or what stands in for it: the name of a report, the first of the
    folders.
    """
    if arguments.out is not None:
        return Path(arguments.out)
    named = getattr(arguments, getattr(arguments, "otherwise", "out"))
    if isinstance(named, list):
        named = named[0]
    return None if named is None else Path(named)


def _given(arguments: argparse.Namespace) -> Iterator[Path]:
    """Any argument counts that may be the name of a file."""
    for name, value in vars(arguments).items():
        for one in value if isinstance(value, list) else [value]:
            if name not in WRITTEN and isinstance(one, str | Path):
                yield Path(one)
