"""Published files are read without trust: their rows are checked, and --data names their folder."""

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
    """A record holds a row's value, the file that it comes from, and its name there."""

    dataset: str
    row: str
    value: Any  # Any: what JSON holds

    def bad(self, reason: str) -> SampleError:
        """The error names the record and says what is wrong with it."""
        return SampleError(dataset=self.dataset, row=self.row, reason=reason)

    def field(self, name: str) -> Any:  # Any: what JSON holds
        """The field has to be there."""
        if not isinstance(self.value, dict):
            raise self.bad(f"a question is an object, got a {type(self.value).__name__}")
        if name not in self.value:
            raise self.bad(f"it has no {name!r}")
        return self.value[name]

    def text(self, name: str) -> str:
        """The field is text, given without outer blanks."""
        found = self.field(name)
        if not isinstance(found, str) or not found.strip():
            raise self.bad(f"{name!r} is text, got {shown(found)}")
        return found.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """The field is a list of texts, given as they stand."""
        found = self.field(name)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.bad(f"{name!r} is a list of texts, got {shown(found)}")
        return tuple(found)

    def one_of(self, name: str, known: Collection[str]) -> str:
        """The field is one of these words, given in lower case."""
        found = self.text(name).lower()
        if found not in known:
            raise self.bad(f"{name!r} is {' or '.join(sorted(known))}, got {shown(found)}")
        return found

    def whole(self, name: str) -> int:
        """The field is a whole number, 0 or more."""
        found = self.field(name)
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            raise self.bad(f"{name!r} is a whole number, got {shown(found)}")
        return found

    def id(self, name: str) -> str:
        """The field is an identifier, written as a number or as text."""
        found = self.field(name)
        return str(found) if isinstance(found, int) else self.text(name)

    def file_name(self, name: str) -> str:
        """The field is a file's name, with or without its ending, and leads to no other folder."""
        found = self.id(name)
        if PureWindowsPath(found).name != found or found in (".", ".."):
            raise self.bad(f"{name!r} is a file's name, {shown(found)} lies in another folder")
        return found


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedFolder:
    """A benchmark's files lie in this folder. `form` says which files are expected, `title`
    whose they are; `pictures` is --images.
    """

    path: Path
    title: str
    form: str
    pictures: Path | None = None

    def missing(self, what: str) -> UsageError:
        """The error names what is missing and lists all that is expected."""
        return UsageError(f"{what} in {str(self.path)!r}: {self.title} needs {self.form}")

    def file(self, *names: str) -> Path:
        """The first of these files that exists is taken."""
        found = next((path for name in names if (path := self.path / name).is_file()), None)
        if found is None:
            raise self.missing(f"there is no {names[0]!r}")
        return found

    def images(self, *names: str) -> Path:
        """The pictures lie in --images, or in the first of these folders that exists."""
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
        """The whole file is read; `slim` may put a smaller value in the place of each object."""
        try:
            return json.loads(self.text(file), object_hook=slim)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{file} is not JSON: {error}") from None

    def members(self, file: Path) -> dict[str, Any]:  # Any: what JSON holds
        """The file has to hold one object."""
        found = self.load(file)
        if not isinstance(found, dict):
            raise self._other(file, "an object", found)
        return found

    def listed(
        self, file: Path, name: str, *, slim: Callable[[dict[str, Any]], Any] | None = None
    ) -> list[Any]:  # Any: what JSON holds
        """The file has to hold one object with a list of that name."""
        found = self.load(file, slim=slim)
        inside = found.get(name) if isinstance(found, dict) else None
        if not isinstance(inside, list):
            raise self._other(file, f"an object with a list {name!r}", found)
        return inside

    def lines(self, file: Path) -> list[Record]:
        """Each line holds a value; one that is not JSON is reported once a field of it is asked
        for.
        """
        return [
            Record(dataset=file.name, row=str(number), value=_value(line))
            for number, line in enumerate(self.text(file).split("\n"), start=1)
            if line.strip()
        ]

    def text(self, file: Path) -> str:
        """The whole file is read as text."""
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
