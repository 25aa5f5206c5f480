"""results.jsonl holds what came of each question, one row each."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import read_bytes, write_text
from deixis.core.json_lines import line, lines, parse
from deixis.core.typed_json import read_as

FILE = "results.jsonl"
UNASKED, FAILED, UNGRADED = "unasked", "failed", "ungraded"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row has one question, its answer and its numbers.

    `asks` is the digest of what was asked, before any encoding; `sent` are the words that were
    sent. `problem` says why there are no numbers: unasked (the encoding cannot show it), failed (no
    answer came) or ungraded (the judge gave no score), then the reason. Such rows enter no mean.
    `grades` has one for each of the judge's runs, None where that run failed.
    """

    key: str
    picture: str
    asks: str
    truth: tuple[str, ...]
    tags: tuple[str, ...] = ()
    together: str | None = None
    sent: str | None = None
    answer: str | None = None
    finish: str | None = None
    read: str | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    grades: tuple[float | None, ...] = ()
    grade_failures: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether it was answered, and not wholly right."""
        scores = (self.numbers[n] for n in ("right", "grade") if n in self.numbers)
        return self.problem is None and min(scores, default=1.0) < 1

    @property
    def sort_of_problem(self) -> str | None:
        """The problem's kind is its first word."""
        return None if self.problem is None else self.problem.partition(":")[0]


def save_rows(folder: Path, rows: Sequence[Row]) -> None:
    """The rows are written whole or not at all."""
    write_text(folder / FILE, "".join(line(dataclasses.asdict(row)) for row in rows))


def load_rows(folder: Path) -> list[Row]:
    """A run's rows are read; UsageError if it has none."""
    path = folder / FILE
    try:
        content = read_bytes(path)
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror or error}; a run's folder is expected, as "
            "`deixis eval run` writes it"
        ) from None
    return [_row(one, path, number) for number, one in enumerate(lines(content), start=1)]


def _row(line: bytes, path: Path, number: int) -> Row:
    try:
        return read_as(Row, parse(line), name="row", any_letters=True)
    except (ValueError, UsageError) as error:
        raise UsageError(f"{path} holds no results: line {number}: {error}") from None
