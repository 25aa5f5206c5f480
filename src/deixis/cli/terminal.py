"""Commands share how they show text, tables and progress on a terminal."""

import contextlib
import logging
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, TextIO, cast, final

from typing_extensions import override

from deixis.core.progress import Progress, Reporter, weights_told
from deixis.core.untrusted_text import clean

# control characters but for line feed and tab, what turns the direction of what follows, and halves
# of characters, which no encoding has
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""Text is made printable: what a terminal would obey is written as in JSON, \u001b. Line
    ends and tabs stay, and JSON stays the same JSON.
    """
    return OBEYED.sub(_code, text.replace("\r\n", "\n"))


def _code(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter[0]):04x}"


@final
class VisibleStream:
    """Only visible text goes to this stream, in letters that its encoding has."""

    def __init__(self, stream: Any) -> None:  # Any: of text, by whatever class
        self._stream = stream

    def write(self, text: str) -> int:
        """The text is written; the count is that of what was given."""
        plain, encoding = visible(text), self._stream.encoding or "utf-8"
        self._stream.write(plain.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def __getattr__(self, name: str) -> Any:  # Any: whatever the stream has
        return getattr(self._stream, name)


@final
class VisibleFormatter(logging.Formatter):
    """Log messages hold names of files and words of servers, so they are made visible too."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


@contextlib.contextmanager
def visible_output() -> Iterator[None]:
    """While a command runs, its results are printed visibly, and so is the log where nobody
    asked for one.
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


def printable(words: str) -> str:
    """Words of pictures and files are made safe for a terminal, which obeys control characters."""
    return clean(words)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns are as wide as their widest cell, two spaces apart."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


WIDTH = 24
SECONDS_A_REDRAW = 0.2
SECONDS_A_LINE = 30.0


@final
class TerminalReporter(Reporter):
    """Progress is told on stderr, so that stdout keeps the results."""

    def __init__(self) -> None:
        self.stream = sys.stderr
        self.draws = self.stream.isatty()
        self.last = float("-inf")
        self.shown = 0

    @override
    def say(self, text: str) -> None:
        self.wipe()
        print(visible(text), file=self.stream, flush=True)

    @override
    def warn(self, text: str) -> None:
        self.say(f"warning: {text}")

    @override
    def advance(self, progress: Progress) -> None:
        now = time.monotonic()
        ended = 0 < progress.steps == progress.step
        if not ended and now - self.last < (SECONDS_A_REDRAW if self.draws else SECONDS_A_LINE):
            return
        self.last = now
        line = progress_line(progress)
        if not self.draws:
            print(line, file=self.stream, flush=True)
            return
        if progress.steps:
            bar = "█" * (WIDTH * progress.step // progress.steps)
            line = f"{bar.ljust(WIDTH, '░')} {line}"
        print(
            f"\r{line.ljust(self.shown)}", end="\n" if ended else "", file=self.stream, flush=True
        )
        self.shown = 0 if ended else len(line)

    def draw(self, line: str) -> None:
        """A line stands on a terminal until the next one, or `wipe`; elsewhere it is left out."""
        now = time.monotonic()
        if not self.draws or now - self.last < SECONDS_A_REDRAW:
            return
        self.last, line = now, visible(line)
        print(f"\r{line.ljust(self.shown)}", end="", file=self.stream, flush=True)
        self.shown = len(line)

    def wipe(self) -> None:
        """What is drawn is taken away."""
        if self.shown:
            print(f"\r{' ' * self.shown}\r", end="", file=self.stream)
            self.shown = 0


def say_loading(name: str) -> None:
    """A person is told that a checkpoint is being loaded, which takes seconds or minutes."""
    if sys.stderr.isatty() and not name.startswith("openai:"):
        TerminalReporter().say(f"loading {name} …")


@contextlib.contextmanager
def weights_shown(name: str) -> Iterator[None]:
    """A person sees how many weights are loaded, while they are; into a pipe nothing is written."""
    reporter = TerminalReporter()

    def told(count: int, total: int) -> None:
        reporter.draw(f"loading {name}: weights {count} of {total}")
        if count == total:
            reporter.wipe()

    try:
        with weights_told(told):
            yield
    finally:
        reporter.wipe()


def progress_line(progress: Progress) -> str:
    """The line tells where a run is, how fast it goes, and how long it will take."""
    steps = f"{progress.step}/{progress.steps}" if progress.steps else f"{progress.step}"
    parts = [steps, f"{progress.steps_per_second:.3g} steps/s"]
    if progress.seconds_left is not None and progress.step < progress.steps:
        parts.append(f"{_duration(progress.seconds_left)} left")
    parts += [f"{name} {value:.4g}" for name, value in progress.numbers.items()]
    return "  ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
