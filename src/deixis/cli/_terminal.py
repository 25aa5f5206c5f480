"""What the command line prints: a terminal obeys control characters, and answers, names and errors
are written by others.
"""

import contextlib
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast, final

from typing_extensions import override

# control characters but for line feed and tab, what turns the direction of what follows, and halves
# of characters, which no encoding has
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Text as it can be printed: what a terminal would obey is written as in JSON, \u001b. Line
    ends and tabs stay, and JSON stays the same JSON.
    """
    return OBEYED.sub(_code, text.replace("\r\n", "\n"))


def _code(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter[0]):04x}"


@final
class VisibleStream:
    """A stream to which only visible text goes, in letters that its encoding has."""

    def __init__(self, stream: Any) -> None:  # Any: of text, by whatever class
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, and tell how much was given."""
        plain, encoding = visible(text), self._stream.encoding or "utf-8"
        self._stream.write(plain.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def __getattr__(self, name: str) -> Any:  # Any: whatever the stream has
        return getattr(self._stream, name)


@final
class VisibleFormatter(logging.Formatter):
    """Messages of the log, which hold names of files and words of servers."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


@contextlib.contextmanager
def visible_output() -> Iterator[None]:
    """While a command runs, its results go out visibly, and what is logged where nobody asked for a
    log of his own.
    """
    last = logging.lastResort
    before = None if last is None else last.formatter
    if last is not None:
        last.setFormatter(VisibleFormatter())
    try:
        with contextlib.redirect_stdout(cast("TextIO", VisibleStream(sys.stdout))):
            yield
            sys.stdout.flush()
    finally:
        if last is not None:
            last.setFormatter(before)
