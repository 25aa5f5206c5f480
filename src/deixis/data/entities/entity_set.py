"""Entities are named things with pictures of each, of which some can be used and others not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

from deixis.core.errors import ImageError, RegionError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EntityPicture:
    """A picture shows an entity; it is a file, or the picture itself where it was drawn or passed.

    `region` is where the entity is, in pixels of the picture; None: it is what the picture shows.
    `content` is the SHA-256 of the pixels.
    """

    entity: str
    source: Path | Image
    content: str
    region: Region | None = None

    @property
    def name(self) -> str:
        """People know the picture by this name."""
        return self.source.source if isinstance(self.source, Image) else str(self.source)

    def image(self) -> Image:
        """The picture is opened now."""
        return open_image(self.source)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A picture, or a whole entity, is in no figure, for this reason."""

    entity: str
    picture: str
    reason: str


@final
@dataclass(frozen=True, kw_only=True)
class Entities:
    """These pictures of entities can be used, and those were left out."""

    pictures: tuple[EntityPicture, ...]
    left_out: tuple[LeftOut, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The entities that have a picture are named in order."""
        return tuple(sorted({picture.entity for picture in self.pictures}))

    def of(self, names: Sequence[str]) -> "Entities":
        """The set keeps the entities of these names alone."""
        kept = set(names)
        return Entities(
            pictures=tuple(p for p in self.pictures if p.entity in kept),
            left_out=tuple(one for one in self.left_out if one.entity in kept),
        )

    def without(self, names: Sequence[str]) -> "Entities":
        """The set keeps all entities but those of these names."""
        dropped = set(names)
        return self.of([name for name in self.names if name not in dropped])


def plain_name(name: str) -> str:
    """Two names are one if they are so in this form: capitals, underscores and spaces do not tell
    names apart.
    """
    return " ".join(name.replace("_", " ").casefold().split())


def check_names(names: Sequence[str], what: str) -> None:
    """UsageError says where a name is empty or is there twice."""
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


LEAST_SIDE = 16  # pixels of the shorter side, of the picture and of the region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CandidatePicture:
    """A set says that this is a picture of an entity; the file may be missing or broken."""

    entity: str
    source: Path | Image
    region: Region | None = None


def checked(
    found: Iterable[CandidatePicture], *, names: Sequence[str] = (), least_side: int = LEAST_SIDE
) -> Entities:
    """The pictures that can be used are kept. Missing, broken, tiny and duplicate ones are left out
    and told; a picture of two entities is left out of both. `names` are entities besides those
    found: without a picture each is told of too.
    """
    listed = list(found)
    check_names(sorted({one.entity for one in listed} | set(names)), "entities")
    usable: list[EntityPicture] = []
    left_out: list[LeftOut] = []
    for one in listed:
        taken = _taken(one, least_side)
        (usable if isinstance(taken, EntityPicture) else left_out).append(taken)  # type: ignore[arg-type]
    kept = _once(usable, left_out)
    with_picture = {picture.entity for picture in kept}
    for name in sorted({one.entity for one in listed} | set(names)):
        if name not in with_picture:
            left_out.append(LeftOut(entity=name, picture="", reason="no picture of it is left"))
    if not kept:
        reasons = "; ".join(f"{one.picture or one.entity}: {one.reason}" for one in left_out[:3])
        raise UsageError(f"no picture of an entity can be used ({reasons or 'none was found'})")
    return Entities(pictures=tuple(kept), left_out=tuple(left_out))


def _taken(one: CandidatePicture, least_side: int) -> EntityPicture | LeftOut:
    if isinstance(one.source, Path) and not one.source.is_file():
        return _left(one, "there is no such file")
    try:
        image = open_image(one.source)
        region = None if one.region is None else one.region.within(image.size)
    except (ImageError, RegionError) as problem:
        return _left(one, f"it is broken: {problem}")
    short = min(image.size.width, image.size.height)
    if region is not None:
        short = round(min(region.box().width, region.box().height))
    if short < least_side:
        return _left(one, f"it is tiny: {short} pixels, at least {least_side} are needed")
    return EntityPicture(entity=one.entity, source=one.source, region=region, content=image.sha256)


def _once(usable: Sequence[EntityPicture], left_out: list[LeftOut]) -> list[EntityPicture]:
    """Each picture of an entity is kept once, and none that is of two (unless regions tell them
    apart).
    """
    seen: dict[tuple[str, Region | None], list[EntityPicture]] = {}
    for picture in usable:
        seen.setdefault((picture.content, picture.region), []).append(picture)
    kept = []
    for alike in seen.values():
        whose = sorted({picture.entity for picture in alike})
        if len(whose) == 1:
            kept.append(alike[0])
        for picture in alike[1 if len(whose) == 1 else 0 :]:
            reason = f"a duplicate of {alike[0].name}"
            if len(whose) > 1:
                others = ", ".join(name for name in whose if name != picture.entity)
                reason = f"the same picture is said to be of {others}"
            left_out.append(LeftOut(entity=picture.entity, picture=picture.name, reason=reason))
    return kept


def _left(one: CandidatePicture, reason: str) -> LeftOut:
    name = one.source.source if isinstance(one.source, Image) else str(one.source)
    return LeftOut(entity=one.entity, picture=name, reason=reason)
