"""Tasks that read published files share this: a picture a sample, or a row of JSON."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.core.files import read_text
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.json_lines import parse
from deixis.core.untrusted_text import is_text, shown
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.pictures import picture_in
from deixis.data.tasks.corruption import Corruption
from deixis.data.tasks.task import PictureTask, TaskAbout, TaskOptions

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


@dataclass(frozen=True, kw_only=True)
class FileTask(PictureTask):
    """The samples are in files; `num` takes the first so many of them."""

    folder: Path
    num: int | None = None
    corruption: Corruption | None = None

    @property
    @override
    def num_samples(self) -> int:
        return self.total if self.num is None else min(self.num, self.total)

    @property
    @abstractmethod
    def total(self) -> int:
        """The files hold so many samples."""

    def bad(self, row: int | str, reason: str) -> SampleError:
        """A row cannot be used, for this reason."""
        return SampleError(dataset=str(self.folder), row=row, reason=reason)

    def opened(self, row: int | str, name: str, folder: Path | None = None) -> Image:
        """The picture of that name, which lies within the folder, is opened."""
        try:
            return open_image(picture_in(folder or self.folder, name))
        except (BadRowError, UsageError) as problem:
            raise self.bad(row, str(problem)) from None


def folder_of(about: TaskAbout, options: TaskOptions) -> Path:
    """The files lie in this folder; UsageError says which are expected."""
    if options.data is None or not options.data.is_dir():
        where = "" if options.data is None else f" (there is no folder {str(options.data)!r})"
        raise UsageError(
            f"{about.title} needs its files: --data DIR with {about.form} (from {about.origin})"
            + where
        )
    return options.data


def missing(about: TaskAbout, folder: Path, what: str) -> UsageError:
    """The error names what is missing and all that is expected."""
    return UsageError(f"there is no {what} in {str(folder)!r}: {about.title} needs {about.form}")


def part_of(about: TaskAbout, options: TaskOptions, known: Sequence[str]) -> str:
    """The part that is asked for is known; by default it is the first."""
    part = options.split or known[0]
    if part not in known:
        raise UnknownNameError(kind=f"split of {about.title}", name=part, known=known)
    return part


def worse(options: TaskOptions) -> Corruption | None:
    """What is done to the pictures."""
    return None if options.corruption is None else Corruption.of(options.corruption)


def json_of(path: Path) -> Any:  # Any: what JSON holds
    """A file holds this value."""
    try:
        return parse(read_text(path))
    except (OSError, ValueError, RecursionError) as broken:
        raise UsageError(f"{path} is not JSON: {broken}") from None


@dataclass(frozen=True, kw_only=True)
class RowTask(FileTask):
    """The task has rows, and the folder of their pictures."""

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
        """The picture's file has this name."""
        return self.text(index, "image")

    def text(self, index: int, name: str) -> str:
        """The field has to be text."""
        value = self.field(index, name)
        if not isinstance(value, str) or not value.strip() or not is_text(value):
            raise self.bad(index + 1, f"{name!r} is text, got {shown(value)}")
        return value

    def field(self, index: int, name: str) -> Any:  # Any: what JSON holds
        """The field has to be there."""
        row = self.rows[index]
        if not isinstance(row, dict) or name not in row:
            raise self.bad(index + 1, f"there is no {name!r}")
        return row[name]


def lines_of(path: Path) -> list[Any]:  # Any: what JSON holds
    """Each line holds a value."""
    try:
        text = read_text(path)
        return [parse(line) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError, RecursionError) as broken:
        raise UsageError(f"{path} is not a value of JSON a line: {broken}") from None
