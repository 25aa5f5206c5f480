"""How far a long work is, on the terminal: a bar there, a line now and then elsewhere."""

import sys
import time
from typing import final

from typing_extensions import override

from deixis.cli._terminal import visible
from deixis.core.progress import Progress, Reporter

WIDTH = 24
SECONDS_A_REDRAW = 0.2
SECONDS_A_LINE = 30.0


@final
class TerminalReporter(Reporter):
    """Tells on stderr, so that stdout keeps the results."""

    def __init__(self) -> None:
        self.stream = sys.stderr
        self.draws = self.stream.isatty()
        self.last = float("-inf")
        self.shown = 0

    @override
    def say(self, text: str) -> None:
        self._wipe()
        print(visible(text), file=self.stream, flush=True)

    @override
    def warn(self, text: str) -> None:
        self.say(f"warning: {text}")

    @override
    def advance(self, progress: Progress) -> None:
        now = time.monotonic()
        ended = progress.step == progress.steps
        if not ended and now - self.last < (SECONDS_A_REDRAW if self.draws else SECONDS_A_LINE):
            return
        self.last = now
        line = progress_line(progress)
        if not self.draws:
            print(line, file=self.stream, flush=True)
            return
        bar = "█" * (WIDTH * progress.step // progress.steps)
        line = f"{bar.ljust(WIDTH, '░')} {line}"
        print(
            f"\r{line.ljust(self.shown)}", end="\n" if ended else "", file=self.stream, flush=True
        )
        self.shown = 0 if ended else len(line)

    def _wipe(self) -> None:
        if self.shown:
            print(f"\r{' ' * self.shown}\r", end="", file=self.stream)
            self.shown = 0


def progress_line(progress: Progress) -> str:
    """Where it is, how quick, and how long it will take."""
    parts = [f"{progress.step}/{progress.steps}", f"{progress.steps_per_second:.3g} steps/s"]
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
