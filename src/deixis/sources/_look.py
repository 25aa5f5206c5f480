"""Look at a picture with several sources, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import final

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.sources._catalog import source, sources
from deixis.sources._source import KnowledgeSource, SourceOptions


def look(
    image: Image,
    sources: Sequence[str | KnowledgeSource] = ("rapidocr",),
    *,
    options: SourceOptions | None = None,
) -> list[Region]:
    """What they find, in their order. Sources are names or built ones, which are loaded once.

    Each name gets those of the options that mean something to it; one that means nothing to any is
    a UsageError.
    """
    return Looking(names=sources, options=options or SourceOptions())(image)


@final
@dataclass(frozen=True, kw_only=True)
class Looking:
    """Sources that look one after the other: loaded once, in the process that looks."""

    names: Sequence[str | KnowledgeSource]
    options: SourceOptions = field(default_factory=SourceOptions)

    def __getstate__(self) -> dict[str, object]:
        return {"names": self.names, "options": self.options}

    @cached_property
    def sources(self) -> list[KnowledgeSource]:
        """The sources themselves."""
        return built(self.names, self.options)

    def __call__(self, image: Image) -> list[Region]:
        """What they find, in their order."""
        return [note for one in self.sources for note in one.look(image)]


def origins(names: Sequence[str]) -> tuple[str, ...]:
    """Who looks at any picture for what these find: of a store those that it was made with."""
    kinds = [sources.get(name.partition(":")[0]) for name in names]
    found = [one for kind, name in zip(kinds, names, strict=True) for one in kind.origins(name)]
    return tuple(dict.fromkeys(found))


def built(
    names: Sequence[str | KnowledgeSource], options: SourceOptions | None = None
) -> list[KnowledgeSource]:
    """The sources of these names; those that are built already stay as they are."""
    if isinstance(names, str):
        raise UsageError(f"sources are a list of names, got {names!r}; write [{names!r}]")
    asked = options or SourceOptions()
    kinds = {name: sources.get(name.partition(":")[0]) for name in names if isinstance(name, str)}
    for option in asked.given:
        if not any(option in kind.knows for kind in kinds.values()):
            raise UsageError(f"none of these sources has an option {option}: {', '.join(kinds)}")
    return [
        source(name, asked.only(kinds[name].knows)) if isinstance(name, str) else name
        for name in names
    ]
