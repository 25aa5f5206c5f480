"""Whose folder it is: what Deixis writes never lands among files that are not its own.

A folder of ours holds a small file, `.deixis`, that says which command writes in it. Before
anything else is written in a folder it is claimed: one that is not there yet or is empty becomes
ours, one that is ours already stays so, and any other is refused with what it holds.
"""

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from deixis.core.errors import UsageError
from deixis.core.files import LOCK, is_draft, make_folder, sweep, write_text

MARKER = ".deixis"
LONGEST = 200  # bytes of a marker that are read
TOLD = 3  # names that are told of a folder that is not ours
UNCOUNTED = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # what file browsers leave


def claim(folder: Path, kind: str, *, known: Collection[str] = ()) -> None:
    """Make a folder, and make it `kind`'s: "eval", "lab", "train run". UsageError where it is not
    ours to write in; then nothing was touched.

    `known` are names that only we give: a folder that has one was made before there was a marker.
    """
    check_ours(folder, kind, known=known)
    make_folder(folder)
    sweep(folder)
    if _marked(folder) is None:
        write_text(folder / MARKER, f"deixis {kind}\n")


@contextlib.contextmanager
def claimed(folder: Path, kind: str, *, known: Collection[str] = ()) -> Iterator[None]:
    """A folder is claimed while something is done; one in which nothing was written is given
    back.
    """
    is_there = folder.is_dir()
    is_new = not (folder / MARKER).exists()
    claim(folder, kind, known=known)
    try:
        yield
    finally:
        if is_new and _names(folder) == [MARKER]:
            with contextlib.suppress(OSError):
                (folder / MARKER).unlink()
                if not is_there:
                    folder.rmdir()


def check_ours(folder: Path, kind: str, *, known: Collection[str] = ()) -> None:
    """UsageError tells of a folder that `claim` would refuse; nothing is written."""
    names = _names(folder)
    owner = _marked(folder)
    if owner == kind or any(name in known for name in names):
        return
    if owner is not None:
        raise UsageError(
            f"{folder} is kept by `deixis {owner}`, and `deixis {kind}` does not write there; "
            "give another folder (--out)"
        )
    foreign = [name for name in names if not _is_nothing(folder, name)]
    if foreign:
        more = f" and {len(foreign) - TOLD} more" if len(foreign) > TOLD else ""
        raise UsageError(
            f"{folder} is not ours: it holds {', '.join(map(repr, foreign[:TOLD]))}{more}, which "
            f"`deixis {kind}` did not write; give a folder that is new or empty (--out)"
        )


def check_target(file: Path, inputs: Iterable[Path]) -> None:
    """UsageError tells of a file that is not there to be written: a folder, or one that is read."""
    if file.is_dir():
        raise UsageError(f"{file} is a folder; give the name of a file")
    for given in inputs:
        if _is_same(file, given):
            raise UsageError(f"{file} is what is read, and would be lost; give another name")


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in _real(folder).iterdir())
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise UsageError(f"{folder} is a file; give a folder") from None
    except OSError as refusal:
        raise UsageError(f"cannot look into {folder}: {refusal.strerror}") from None


def _real(folder: Path) -> Path:
    """`new/../old` is old, though no `new` is there to go through."""
    return Path(os.path.realpath(folder))


def _marked(folder: Path) -> str | None:
    """A folder's marker names the command that it is kept by; None without a marker of ours."""
    path = _real(folder) / MARKER
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            said = file.read(LONGEST).decode("utf-8", "replace")
    except OSError as refusal:
        raise UsageError(f"cannot read {path}: {refusal.strerror}") from None
    word, _, kind = said.strip().partition(" ")
    return kind if word == "deixis" and kind.isprintable() else None


def _is_nothing(folder: Path, name: str) -> bool:
    """A folder counts as empty while it holds only this: a hold of ours, a draft of a killed
    process.
    """
    if name in UNCOUNTED or is_draft(name):
        return True
    path = _real(folder) / name
    return name == LOCK and path.is_file() and path.stat().st_size == 0


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them is not there, or can be no file's name
        return False
