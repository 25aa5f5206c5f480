"""What tasks share that have a row of JSON a sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.files import read_text
from deixis.core.image import Image
from deixis.core.json_lines import parse
from deixis.core.untrusted_text import is_text, shown
from deixis.data.tasks._files import FileTask


@dataclass(frozen=True, kw_only=True)
class RowTask(FileTask):
    """Rows and the folder of their pictures."""

    rows: Sequence[Any]  # Any: what JSON holds
    pictures: Path

    @property
    @override
    def total(self) -> int:
        return len(self.rows)

    @override
    def clean(self, index: int) -> Image:
        return self.opened(index + 1, self.picture(index), self.pictures)

    def picture(self, index: int) -> str:
        """The name of its file."""
        return self.text(index, "image")

    def text(self, index: int, name: str) -> str:
        """A field that is text."""
        value = self.field(index, name)
        if not isinstance(value, str) or not value.strip() or not is_text(value):
            raise self.bad(index + 1, f"{name!r} is text, got {shown(value)}")
        return value

    def field(self, index: int, name: str) -> Any:  # Any: what JSON holds
        """A field that has to be there."""
        row = self.rows[index]
        if not isinstance(row, dict) or name not in row:
            raise self.bad(index + 1, f"there is no {name!r}")
        return row[name]


def lines_of(path: Path) -> list[Any]:  # Any: what JSON holds
    """A value a line."""
    try:
        text = read_text(path)
        return [parse(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError, RecursionError) as broken:
        raise UsageError(f"{path} is not a value of JSON a line: {broken}") from None
