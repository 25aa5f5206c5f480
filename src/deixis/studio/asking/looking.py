"""What the page asks beside questions: where a thing is, what other models find, how one counts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, final

from deixis.ask.find_prompts import Kind
from deixis.ask.model import Model
from deixis.ask.probe import probe
from deixis.core import given, region_json
from deixis.core.errors import DeixisError, RemoteError, UsageError
from deixis.core.region_from import region_of
from deixis.encodings import Encoding
from deixis.encodings.spec import EncodingSpec
from deixis.serve.api_error import ApiError, not_found
from deixis.serve.shapes import Json
from deixis.sources import KnowledgeSource, SourceOptions, source
from deixis.studio.asking.cell_answer import when_ready
from deixis.studio.asking.sight import seen
from deixis.studio.state import Studio

MOST_CALLS = 60  # of a probe that the page begins; the command line takes more
MOST_SOURCES = 4


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class FindAsked:
    """A thing to look for."""

    picture: str
    model: str
    what: str
    kind: Kind = "box"
    many: bool = False
    refine: int = 0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SightAsked:
    """A picture with its regions, as one model under one encoding sees them."""

    picture: str
    model: str
    encoding: str = ""
    dialect: str = ""
    regions: Mapping[str, Any] = field(default_factory=dict)  # Any: looked at below


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LookAsked:
    """Sources that look at a picture; `words` are what a detector looks for."""

    picture: str
    sources: tuple[str, ...] = ("rapidocr",)
    words: tuple[str, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeAsked:
    """A model whose way of counting is to be found out."""

    model: str
    budget: int = 24

    def __post_init__(self) -> None:
        given.whole("budget", self.budget, least=1, most=MOST_CALLS)


async def model_of(studio: Studio, name: str, dialect: str = "") -> Model:
    """A model, once it is there; ApiError where it is not."""
    backend = studio.backends.get(name)
    if backend is None:
        raise not_found(name)
    await when_ready(studio.backends, backend)
    return backend.asked(dialect or None)


async def found(studio: Studio, asked: FindAsked) -> Json:
    """Where the thing is, and each look that led there."""
    model = await model_of(studio, asked.model)
    image = await asyncio.to_thread(studio.pictures.image, asked.picture)
    try:
        told = await model.find_async(
            image, asked.what, kind=asked.kind, many=asked.many, refine=asked.refine
        )
    except RemoteError as failed:
        raise ApiError(502, str(failed), code="upstream_error") from None
    return told.record()


async def sight(studio: Studio, asked: SightAsked) -> Json:
    """What the model sees of the picture."""
    model = await model_of(studio, asked.model, asked.dialect)
    backend = studio.backends.get(asked.model)
    assert backend is not None
    usual = asked.encoding or backend.served.encoding
    encodings = {name: _encoded(told, usual, name) for name, told in asked.regions.items()}
    image = await asyncio.to_thread(studio.pictures.image, asked.picture)
    return await asyncio.to_thread(seen, model, image, encodings)


async def notes(studio: Studio, asked: LookAsked) -> Json:
    """What the sources find, each by itself: one that cannot look does not keep the others from
    it.
    """
    if not 1 <= len(asked.sources) <= MOST_SOURCES:
        raise ApiError(400, f"1 to {MOST_SOURCES} sources look, got {len(asked.sources)}")
    image = await asyncio.to_thread(studio.pictures.image, asked.picture)
    layers: list[Json] = []
    for name in asked.sources:
        try:
            one = await asyncio.to_thread(_source, name, asked.words)
            regions = await asyncio.to_thread(one.look, image)
        except DeixisError as unable:
            layers.append({"source": name, "regions": [], "why": str(unable)})
            continue
        records = [region_json.to_record(region) for region in regions]
        layers.append({"source": name, "regions": records, "why": ""})
    return {"layers": layers}


async def probed(studio: Studio, asked: ProbeAsked) -> Json:
    """How the model writes places, by a few calls."""
    from deixis.ask.probe.record import verdict_told

    model = await model_of(studio, asked.model)
    try:
        told = await model.threads.run(lambda: probe(model, budget=asked.budget, marks_budget=0))
    except RemoteError as failed:
        raise ApiError(502, str(failed), code="upstream_error") from None
    return {"told": verdict_told(told), "calls": told.num_calls}


def _encoded(told: object, usual: str, name: str) -> Encoding:
    spec = usual
    if isinstance(told, dict):
        told = dict(told)
        spec = told.pop("encoding", None) or usual
    try:
        return EncodingSpec.of(str(spec)).encode({name: region_of(told, name=name)})[name]
    except UsageError as wrong:
        raise ApiError(400, str(wrong), param=f"regions.{name[:80]}") from None


@lru_cache(maxsize=4)  # a source keeps what it has loaded
def _source(name: str, words: tuple[str, ...]) -> KnowledgeSource:
    return source(name, SourceOptions(words=words))
