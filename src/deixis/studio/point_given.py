"""What a person is asked with: the tools that they get, and a file that is a picture."""

from collections.abc import Sequence
from pathlib import Path

from deixis.core import given
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.files import read_bytes
from deixis.core.picture_headers import read_file

TOOLS = ("box", "point", "ellipse", "polygon", "lasso", "scribble", "brush", "arrow")
LARGEST = 128 << 20  # bytes of a picture's file


def checked_tools(tools: Sequence[str]) -> tuple[str, ...]:
    """The tools' names; UsageError where one is none."""
    names = tuple(given.some("tools", tools, "a list of tools' names"))
    for name in names:
        if name not in TOOLS:
            raise UnknownNameError(kind="tool", name=str(name), known=TOOLS)
    return names


def file_bytes(place: Path) -> bytes:
    """A picture's file, which is looked at enough to tell that it is one; UsageError where not."""
    try:
        data = read_bytes(place, most=LARGEST)
        read_file(data)
    except OSError as refusal:
        raise UsageError(f"cannot open {place}: {refusal.strerror or refusal}") from None
    except UsageError as refusal:
        raise refusal.at(f"cannot open {place}") from None
    return data
