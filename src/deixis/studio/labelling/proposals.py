"""Models propose regions of a picture, for a person to accept or to correct."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

from deixis.ask.find_prompts import Kind
from deixis.ask.model import Model
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.typed_json import is_whole_text
from deixis.core.untrusted_text import clean, shown

KINDS: dict[str, Kind] = {"box": "box", "point": "point"}
MOST_THINGS, LONGEST = 50, 200
MOST_PROPOSED = 500  # of a thing


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a model is to look for: it is asked once for each of the `things`."""

    model: str
    things: tuple[str, ...]
    kind: Kind = "box"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """Regions that a model proposes, each labelled with its thing; `why` tells of the others."""

    regions: tuple[Region, ...]
    why: Mapping[str, str]


def read_wanted(record: Mapping[str, object]) -> Wanted:
    """A request says what is wanted; UsageError what is wrong with it."""
    model, things, kind = record.get("model"), record.get("things"), record.get("kind", "box")
    if not isinstance(model, str):
        raise UsageError(f"model is the name of one, got {shown(model)}")
    if not isinstance(kind, str) or kind not in KINDS:
        raise UsageError(f"kind is {' or '.join(KINDS)}, got {shown(kind)}")
    if not isinstance(things, list) or not 0 < len(things) <= MOST_THINGS:
        raise UsageError(f"things are 1 to {MOST_THINGS} names, got {shown(things)}")
    names = tuple(dict.fromkeys(map(_thing, things)))
    return Wanted(model=model, things=names, kind=KINDS[kind])


def proposed(model: Model, image: Image, wanted: Wanted) -> Proposed:
    """The model looks for each thing, and says what it found, or why it found nothing."""
    regions: list[Region] = []
    why: dict[str, str] = {}
    for thing in wanted.things:
        found = model.find(image, thing, kind=wanted.kind, many=True)
        regions += [_labelled(one, thing, wanted.model) for one in found.regions[:MOST_PROPOSED]]
        if not found.regions:
            why[thing] = found.why
    return Proposed(regions=tuple(regions), why=why)


def _labelled(region: Region, thing: str, model: str) -> Region:
    return replace(region, label=thing, source=f"model:{model}")


def _thing(value: object) -> str:
    if not isinstance(value, str) or not is_whole_text(value) or not clean(value):
        raise UsageError(f"a thing is text, got {shown(value)}")
    return clean(value)[:LONGEST]
