"""What is known of some models before they are asked: how they count places, how their provider
resizes pictures, what helps them. Each contract tells where that is written, and when.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date as day
from pathlib import Path
from typing import TypeAlias, final

from deixis.coordinates import dialects
from deixis.coordinates.dialect import Dialect
from deixis.coordinates.resizing import Kept, Resize, resize_of
from deixis.core.errors import UsageError
from deixis.core.files import write_text
from deixis.core.json_lines import line
from deixis.core.typed_json import read_as
from deixis.core.untrusted_text import shown

VERSION = "contract/1"
LONGEST_NAME = 300  # letters

Value: TypeAlias = str | int | float


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What is known of some models, with where that is written and when.

    `dialect` is how they write places; empty: in a way that no dialect here writes. `settings` are
    the dialect's. `resize` is what their provider does to a picture before they see it,
    `max_pixels` what it keeps of one at most, `longest_side` the longer side that it shrinks
    to, `side_limit` the one that it refuses beyond. `schema` names the JSON schema that helps, if
    one is known to. `models` are patterns of names (see `model_names`), `servers` the hosts at
    which alone a row holds; without any it holds everywhere.
    """

    name: str
    dialect: str
    source: str
    date: str
    models: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    settings: Mapping[str, Value] = field(default_factory=dict)
    resize: Resize = field(default_factory=Kept)
    schema: str = ""
    max_pixels: int | None = None
    longest_side: int | None = None
    side_limit: int | None = None
    marks: str = ""  # what is known of drawn marks and other encodings
    note: str = ""  # the source's words, or what they come to
    measured: Mapping[str, object] = field(default_factory=dict)  # by `deixis probe`

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise UsageError(f"a contract's name has 1 to {LONGEST_NAME} letters")
        if not self.source.strip():
            raise UsageError(f"the contract {self.name!r} tells no source")
        try:
            day.fromisoformat(self.date)
        except ValueError:
            raise UsageError(
                f"the date of the contract {self.name!r} is like 2026-11-29, got {shown(self.date)}"
            ) from None
        for name in ("max_pixels", "longest_side", "side_limit"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise UsageError(f"{name} of the contract {self.name!r} is at least 1")

    def spoken(self) -> Dialect:
        """The dialect is made as these models speak it: its numbers count what they see.
        UsageError where no dialect here writes as they do.
        """
        if not self.dialect:
            raise UsageError(f"no dialect here writes as the models of {self.name!r}: {self.note}")
        return built(self.dialect, settings=self.settings, resize=self.resize)

    def record(self) -> dict[str, object]:
        """All of it as JSON holds it."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**values, "resize": self.resize.record()}

    def save(self, path: str | Path) -> None:
        """To a file that `load_contract` reads, whole or not at all."""
        write_text(Path(path), line({"deixis": VERSION, **self.record()}))


def built(name: str, *, settings: Mapping[str, object], resize: Resize | None = None) -> Dialect:
    """The dialect of that name, with its settings, and with the provider's resize where it counts
    pixels of what the model sees.
    """
    kind = dialects.get(name)
    known = set(inspect.signature(kind).parameters)
    for setting in settings:
        if setting not in known:
            have = f"has {', '.join(sorted(known))}" if known else "has none"
            raise UsageError(f"the dialect {name!r} has no setting {setting!r}; it {have}")
    law = {} if resize is None or "resize" not in known else {"resize": resize}
    return kind(**{**law, **settings})


def counts_what_is_seen(name: str) -> bool:
    """Whether a dialect's numbers count pixels of the picture as its provider resizes it."""
    return "resize" in inspect.signature(dialects.get(name)).parameters


def contract_from(record: Mapping[str, object], *, name: str) -> Contract:
    """A contract as a data file holds it, strictly read."""
    told = dict(record)
    if "resize" in told:
        told["resize"] = resize_of(told["resize"], name=f"{name}.resize")
    return read_as(Contract, told, name=name)
