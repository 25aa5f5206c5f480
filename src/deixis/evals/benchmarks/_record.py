"""A row of a published file that nobody has checked before: each field is what it should be, or
told.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any, final

from deixis.core.errors import SampleError
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
