"""The words of a probe's questions are data, and can be replaced."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import final

FILE = "questions.toml"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbePrompts:
    """Questions where a thing is, by the kind of region asked for; and what is at a place."""

    place: Mapping[str, tuple[str, ...]]
    what: str


@cache
def prompts() -> ProbePrompts:
    """The questions of this version."""
    told = tomllib.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    place = {kind: tuple(texts) for kind, texts in told["place"].items()}
    return ProbePrompts(place=place, what=told["what"])
