"""Who opens models by their names: what stands before the colon tells ("openai:MODEL@URL")."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import final

from deixis.core.catalog import ObjectCatalog
from deixis.core.errors import MissingExtraError
from deixis.models.interface import VisionLanguageModel


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Opener:
    """`open` takes a whole name and options; `names` are what can stand behind the colon, as far as
    that can be listed.
    """

    open: Callable[..., VisionLanguageModel]
    names: Callable[[], Sequence[str]] = tuple


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


def listed_names() -> list[str]:
    """The names that all openers list, of those whose extra is installed."""
    listed: list[str] = []
    for kind in openers.names():
        with suppress(MissingExtraError):
            listed += [f"{kind}:{name}" for name in openers.get(kind).names()]
    return listed
