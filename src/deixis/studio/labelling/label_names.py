"""The labels of a folder, each with the key that gives it; several people add to them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from deixis.core import json_lines
from deixis.core.errors import UsageError
from deixis.core.files import alone, read_bytes, write_text
from deixis.core.typed_json import read_as
from deixis.core.untrusted_text import clean, is_text, shown

FILE = "labels.json"
DIGITS = "1234567890"
MOST_LABELS, LONGEST = 1000, 200
MOST_BYTES = 2**22


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LabelName:
    """A label, and the key that gives it; "" has none."""

    name: str
    key: str = ""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _LabelFile:
    labels: tuple[LabelName, ...] = ()


@final
class LabelNames:
    """The labels of a folder, in one file of it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.path = folder, folder / FILE

    def get(self) -> tuple[LabelName, ...]:
        """All labels in their order; UsageError where the file is broken."""
        try:
            file = read_bytes(self.path, most=MOST_BYTES)
            told = json_lines.parse(file)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as broken:
            raise UsageError(f"cannot read {self.path}: {broken}") from None
        return read_as(_LabelFile, told, name=str(self.path)).labels

    def add(self, names: Iterable[str]) -> tuple[LabelName, ...]:
        """Labels that are new join the others, under the next free digit."""
        cleaned = [_checked(name) for name in names]
        with alone(self._folder):
            labels = list(self.get())
            for name in cleaned:
                if name not in {one.name for one in labels}:
                    labels.append(LabelName(name=name, key=_free(labels)))
            return self._write(labels)

    def give_key(self, name: str, key: str) -> tuple[LabelName, ...]:
        """A label gets another key, "" none; who had that key has none then."""
        if len(key) > 1 or not (key == "" or key.isprintable()) or key.isspace():
            raise UsageError(f"a label's key is one letter or digit, got {shown(key)}")
        with alone(self._folder):
            labels = [replace(one, key="") if key and one.key == key else one for one in self.get()]
            if name not in {one.name for one in labels}:
                raise UsageError(f"there is no label {shown(name)}")
            return self._write(
                [replace(one, key=key) if one.name == name else one for one in labels]
            )

    def remove(self, name: str) -> tuple[LabelName, ...]:
        """A label is no longer offered; regions that have it keep it."""
        with alone(self._folder):
            return self._write([one for one in self.get() if one.name != name])

    def _write(self, labels: Sequence[LabelName]) -> tuple[LabelName, ...]:
        if len(labels) > MOST_LABELS:
            raise UsageError(f"a folder has at most {MOST_LABELS} labels")
        told = {"labels": [{"name": one.name, "key": one.key} for one in labels]}
        write_text(self.path, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return tuple(labels)


def _checked(name: str) -> str:
    cleaned = clean(name)
    if not cleaned or len(cleaned) > LONGEST or not is_text(name):
        raise UsageError(f"a label has 1 to {LONGEST} letters, got {shown(name)}")
    return cleaned


def _free(labels: Sequence[LabelName]) -> str:
    taken = {one.key for one in labels}
    return next((digit for digit in DIGITS if digit not in taken), "")
