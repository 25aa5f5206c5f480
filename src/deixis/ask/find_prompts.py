"""In which words models are asked for a place: a table by dialects, which a file replaces."""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Literal, TypeAlias, final

from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.files import read_text
from deixis.core.size import Size
from deixis.core.typed_json import read_as

Kind: TypeAlias = Literal["point", "box"]
KINDS: tuple[Kind, ...] = ("point", "box")
ANY = "any"  # the row of dialects without one of their own
WHAT = "{what}"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class FindPrompt:
    """A prompt holds the words that ask for one place of a kind, or for `many`, and who documents
    them. `{what}` in them stands for the thing, `{size}` for the picture's WIDTHxHEIGHT as the
    model counts it; all else stands as it is.
    """

    dialect: str
    kind: Kind
    one: str
    many: str
    source: str
    date: str

    def __post_init__(self) -> None:
        for words in (self.one, self.many):
            check_words(words, f"the prompt {self.dialect}.{self.kind}")

    def words(self, what: str, seen: Size, *, many: bool) -> str:
        """The question for a thing in a picture that the model counts as so large."""
        return filled(self.many if many else self.one, what, seen)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _PromptRow:
    """A prompt as a file holds it."""

    one: str
    many: str
    source: str = "yours"
    date: str = ""


def check_words(words: str, name: str) -> None:
    """UsageError for words that do not say for what to look."""
    if WHAT not in given.text(name, words):
        raise UsageError(f'{name} holds {{what}} where the thing is named, got "{words[:60]}"')


def filled(words: str, what: str, seen: Size) -> str:
    """Words with the thing and the size in them, whatever the thing's name holds."""
    return what.join(words.replace("{size}", str(seen)).split(WHAT))


@cache
def find_prompts() -> tuple[FindPrompt, ...]:
    """All prompts that are shipped."""
    file = resources.files("deixis.ask").joinpath("find_prompts.toml")
    return _prompts(tomllib.loads(file.read_text("utf-8")), name="find_prompts.toml")


def load_find_prompts(path: str | Path) -> tuple[FindPrompt, ...]:
    """Prompts of a file of yours, in the form of find_prompts.toml; `source` and `date` may be
    left out.
    """
    try:
        tables = tomllib.loads(read_text(path))
    except (OSError, ValueError) as broken:  # ValueError: no TOML, or no text
        raise UsageError(f"cannot read {path}: {broken}") from None
    return _prompts(tables, name=str(path))


def find_prompt(
    dialect: str,
    kind: Kind,
    own: tuple[FindPrompt, ...] = (),
    *,
    can: tuple[str, ...] = KINDS,
    schema: str = "",
) -> FindPrompt:
    """The prompt of a dialect for a kind: one of your `own` first, then a shipped one. A kind that
    its models `can` not write, or that it has no words for, is asked for as the other; a dialect
    without any words is asked in those of any. Under a schema, words that go with it come first.
    """
    other: Kind = "box" if kind == "point" else "point"
    kinds = [one for one in (kind, other) if one in can] or [kind]
    rows = (*own, *find_prompts())
    for name, asked in product(filter(None, (schema, dialect, ANY)), kinds):
        for row in rows:
            if (row.dialect, row.kind) == (name, asked):
                return row
    raise UsageError(f"no prompt asks for a {kind} in {dialect!r}; give the words as prompt=…")


def _prompts(tables: Mapping[str, object], *, name: str) -> tuple[FindPrompt, ...]:
    """Every [DIALECT.KIND] of a file."""
    found: list[FindPrompt] = []
    for dialect, kinds in tables.items():
        if not isinstance(kinds, dict):
            raise UsageError(f"{name}: [{dialect}.box] is a table, got {dialect} = …")
        for kind, row in kinds.items():
            if kind not in KINDS:
                raise UsageError(f"{name}: [{dialect}.{kind}] is neither .point nor .box")
            told = _dated(row)
            read = read_as(_PromptRow, told, name=f"{name}: {dialect}.{kind}")
            found.append(
                FindPrompt(
                    dialect=dialect,
                    kind=kind,
                    one=read.one,
                    many=read.many,
                    source=read.source,
                    date=read.date,
                )
            )
    return tuple(found)


def _dated(row: object) -> object:
    """A row, its date as text."""
    if not isinstance(row, dict):
        return row
    return {
        name: str(value) if isinstance(value, datetime.date) else value
        for name, value in row.items()
    }
