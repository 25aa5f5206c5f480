"""Named things with pictures of each: what encoders are asked whether they know."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EntityPicture:
    """A picture of an entity: a file, or the picture itself where it was drawn or passed.

    `region` is where the entity is, in pixels of the picture; None: it is what the picture shows.
    `content` is the SHA-256 of the pixels.
    """

    entity: str
    source: Path | Image
    content: str
    region: Region | None = None

    @property
    def name(self) -> str:
        """For people."""
        return self.source.source if isinstance(self.source, Image) else str(self.source)

    def image(self) -> Image:
        """The picture, opened now."""
        return open_image(self.source)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A picture, or a whole entity, that is in no figure, and why."""

    entity: str
    picture: str
    reason: str


@final
@dataclass(frozen=True, kw_only=True)
class Entities:
    """Pictures of entities that can be used, and what was left out."""

    pictures: tuple[EntityPicture, ...]
    left_out: tuple[LeftOut, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the entities that have a picture, sorted."""
        return tuple(sorted({picture.entity for picture in self.pictures}))

    def of(self, names: Sequence[str]) -> "Entities":
        """Those of these names alone."""
        kept = set(names)
        return Entities(
            pictures=tuple(p for p in self.pictures if p.entity in kept),
            left_out=tuple(one for one in self.left_out if one.entity in kept),
        )

    def without(self, names: Sequence[str]) -> "Entities":
        """All but those of these names."""
        dropped = set(names)
        return self.of([name for name in self.names if name not in dropped])


def plain_name(name: str) -> str:
    """What makes two names one: capitals, underscores and spaces do not tell names apart."""
    return " ".join(name.replace("_", " ").casefold().split())


def check_names(names: Sequence[str], what: str) -> None:
    """UsageError where a name is empty or is there twice."""
    seen: dict[str, str] = {}
    for name in names:
        plain = plain_name(name)
        if not plain:
            raise UsageError(f"{what} need names, got {name!r}")
        if plain in seen:
            told = repr(name) if name == seen[plain] else f"{seen[plain]!r} and {name!r}"
            raise UsageError(
                f"two {what} have one name: {told}; name them apart, or put them together"
            )
        seen[plain] = name
