"""Who opens models by their names: what stands before the colon tells ("openai:MODEL@URL")."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from deixis.core.catalog import ObjectCatalog
from deixis.models.interface import VisionLanguageModel


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Opener:
    """`open` takes a whole name and options."""

    open: Callable[..., VisionLanguageModel]


openers: ObjectCatalog[Opener] = ObjectCatalog(
    kind="kind of model",
    group="deixis.openers",
    interface=Opener,
    rows={
        "openai": "deixis.remote.model:OPENAI",
        "tiny": "deixis.testing.tiny.opening:TINY",
    },
    elsewhere={"nano": "deixis-lab"},
)


def opener_of(name: str) -> Opener | None:
    """Who opens a model of that name; None: it is a checkpoint of its own."""
    kind, colon, _ = name.partition(":")
    return openers.get(kind) if colon and kind in openers else None
