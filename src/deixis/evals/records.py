"""Rows of published files that nobody has checked before, and the folder that --data names."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any, final

from deixis.core.errors import SampleError, UsageError
from deixis.core.files import read_text
from deixis.core.untrusted_text import shown


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """The value of a row, the file that it is of, and what names it there."""

    dataset: str
    row: str
    value: Any  # Any: what JSON holds

    def bad(self, reason: str) -> SampleError:
        """What is wrong with it."""
        return SampleError(dataset=self.dataset, row=self.row, reason=reason)

    def field(self, name: str) -> Any:  # Any: what JSON holds
        """A field that has to be there."""
        if not isinstance(self.value, dict):
            raise self.bad(f"a question is an object, got a {type(self.value).__name__}")
        if name not in self.value:
            raise self.bad(f"it has no {name!r}")
        return self.value[name]

    def text(self, name: str) -> str:
        """Words, without blanks around them."""
        found = self.field(name)
        if not isinstance(found, str) or not found.strip():
            raise self.bad(f"{name!r} is text, got {shown(found)}")
        return found.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of words, as they stand there."""
        found = self.field(name)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.bad(f"{name!r} is a list of texts, got {shown(found)}")
        return tuple(found)

    def one_of(self, name: str, known: Collection[str]) -> str:
        """One of these words, in lower case."""
        found = self.text(name).lower()
        if found not in known:
            raise self.bad(f"{name!r} is {' or '.join(sorted(known))}, got {shown(found)}")
        return found

    def whole(self, name: str) -> int:
        """A whole number, 0 or more."""
        found = self.field(name)
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            raise self.bad(f"{name!r} is a whole number, got {shown(found)}")
        return found

    def id(self, name: str) -> str:
        """A name that is written as a number or as text."""
        found = self.field(name)
        return str(found) if isinstance(found, int) else self.text(name)

    def file_name(self, name: str) -> str:
        """The name of a file, or what is put before its ending; it leads to no other folder."""
        found = self.id(name)
        if PureWindowsPath(found).name != found or found in (".", ".."):
            raise self.bad(f"{name!r} is a file's name, {shown(found)} lies in another folder")
        return found


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedFolder:
    """Where a benchmark's files lie. `form` says which files are expected, `title` whose they are;
    `pictures` is --images.
    """

    path: Path
    title: str
    form: str
    pictures: Path | None = None

    def missing(self, what: str) -> UsageError:
        """The error that names what is missing and all that is expected."""
        return UsageError(f"{what} in {str(self.path)!r}: {self.title} needs {self.form}")

    def file(self, *names: str) -> Path:
        """The first of these files that is there."""
        found = next((path for name in names if (path := self.path / name).is_file()), None)
        if found is None:
            raise self.missing(f"there is no {names[0]!r}")
        return found

    def images(self, *names: str) -> Path:
        """The folder of the pictures: --images, or the first of these that is there."""
        if self.pictures is not None:
            if not self.pictures.is_dir():
                raise UsageError(f"there is no folder of pictures {str(self.pictures)!r}")
            return self.pictures
        found = next((path for name in names if (path := self.path / name).is_dir()), None)
        if found is None:
            raise self.missing(f"there is no folder {names[0]!r}")
        return found

    def load(
        self, file: Path, *, slim: Callable[[dict[str, Any]], Any] | None = None
    ) -> Any:  # Any: what JSON holds
        """All that a file holds; `slim` may put a smaller value in the place of each object."""
        try:
            return json.loads(self.text(file), object_hook=slim)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file} is not JSON: {error}") from None

    def members(self, file: Path) -> dict[str, Any]:  # Any: what JSON holds
        """A file that holds one object."""
        found = self.load(file)
        if not isinstance(found, dict):
            raise self._other(file, "an object", found)
        return found

    def listed(
        self, file: Path, name: str, *, slim: Callable[[dict[str, Any]], Any] | None = None
    ) -> list[Any]:  # Any: what JSON holds
        """The list of that name in the object that a file holds."""
        found = self.load(file, slim=slim)
        inside = found.get(name) if isinstance(found, dict) else None
        if not isinstance(inside, list):
            raise self._other(file, f"an object with a list {name!r}", found)
        return inside

    def lines(self, file: Path) -> list[Record]:
        """A value a line; what is not JSON is told when a field of it is asked for."""
        return [
            Record(dataset=file.name, row=str(number), value=_value(line))
            for number, line in enumerate(self.text(file).split("\n"), start=1)
            if line.strip()
        ]

    def text(self, file: Path) -> str:
        """A whole file of words."""
        try:
            return read_text(file)
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read {file}: {error}") from None

    def _other(self, file: Path, expected: str, found: object) -> UsageError:
        return UsageError(
            f"{file} holds {expected}, got a {type(found).__name__}: {self.title} needs {self.form}"
        )


def _value(line: str) -> Any:  # Any: what JSON holds
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line
