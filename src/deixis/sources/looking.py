"""Knowledge sources stand here by their names, and several of them look at a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import final

from deixis.core import given
from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import ImageLike, open_image
from deixis.core.region import Region
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions

sources: Catalog[KnowledgeSource] = Catalog(
    kind="knowledge source",
    package="deixis.sources",
    group="deixis.sources",
    interface=KnowledgeSource,
    elsewhere={"truth": "deixis-lab"},
    besides=("knowledge_source", "looking", "notes", "panoptic_merge", "vision_checkpoint"),
)


def source(name: str, options: SourceOptions | None = None) -> KnowledgeSource:
    """A source is built by its name; what stands behind a colon is its own
    ("panoptic:CHECKPOINT").
    """
    kind, _, argument = name.partition(":")
    found = sources.get(kind)
    if bool(argument) != (found.takes is not None):
        form = f"{kind}:{found.takes}" if found.takes else kind
        raise UsageError(f"this source is written {form}, got {name!r}")
    options = options or SourceOptions()
    for option in options.given:
        if option not in found.knows:
            known = ", ".join(found.knows) or "none"
            raise UsageError(f"the source {kind} has no option {option}; of these it has: {known}")
    return found.of(argument, options)


def look(
    image: ImageLike,
    sources: Sequence[str | KnowledgeSource] = ("rapidocr",),
    *,
    options: SourceOptions | None = None,
) -> list[Region]:
    """The sources find this, in their order. Sources are names or built ones, which are loaded
    once.

    Each name gets those of the options that mean something to it; one that means nothing to any is
    a UsageError.
    """
    if options is not None:
        given.instance("options", options, SourceOptions, "SourceOptions(…)")
    looking = Looking(names=sources, options=options or SourceOptions())
    return looking(open_image(image))


@final
@dataclass(frozen=True, kw_only=True)
class Looking:
    """Sources look one after the other: they are loaded once, in the process that looks."""

    names: Sequence[str | KnowledgeSource]
    options: SourceOptions = field(default_factory=SourceOptions)

    def __getstate__(self) -> dict[str, object]:
        return {"names": self.names, "options": self.options}

    @cached_property
    def sources(self) -> list[KnowledgeSource]:
        """The sources themselves are loaded when they are first needed."""
        return built(self.names, self.options)

    def __call__(self, image: Image) -> list[Region]:
        """The sources find this, in their order."""
        return [note for one in self.sources for note in one.look(image)]

    def look_all(self, images: Sequence[Image]) -> list[list[Region]]:
        """What they find in each of many pictures, which each source sees together."""
        found = [one.look_all(images) for one in self.sources]
        return [[note for notes in of_one for note in notes] for of_one in zip(*found, strict=True)]


def origins(names: Sequence[str]) -> tuple[str, ...]:
    """Any picture is looked at by these for what the sources find: by those that a store was made
    with.
    """
    kinds = [sources.get(name.partition(":")[0]) for name in names]
    found = [one for kind, name in zip(kinds, names, strict=True) for one in kind.origins(name)]
    return tuple(dict.fromkeys(found))


def built(
    names: Sequence[str | KnowledgeSource], options: SourceOptions | None = None
) -> list[KnowledgeSource]:
    """The sources of these names are built; those that are built already stay as they are."""
    if isinstance(names, str):
        raise UsageError(f"sources are a list of names, got {names!r}; write [{names!r}]")
    if not isinstance(names, list | tuple):
        raise given.refused("sources", "a list of names", names)
    for one in names:
        if not isinstance(one, str | KnowledgeSource):
            raise given.refused("each of the sources", "a name or a source", one)
    asked = options or SourceOptions()
    kinds = {name: sources.get(name.partition(":")[0]) for name in names if isinstance(name, str)}
    for option in asked.given:
        if not any(option in kind.knows for kind in kinds.values()):
            raise UsageError(f"none of these sources has an option {option}: {', '.join(kinds)}")
    return [
        source(name, asked.only(kinds[name].knows)) if isinstance(name, str) else name
        for name in names
    ]
