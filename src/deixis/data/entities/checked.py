"""What of a set of entities can be used, and why the rest cannot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.entities import Entities, EntityPicture, LeftOut, check_names
from deixis.core.errors import ImageError, RegionError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region

LEAST_SIDE = 16  # pixels of the shorter side, of the picture and of the region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a set says is a picture of an entity; a file may be missing or broken."""

    entity: str
    source: Path | Image
    region: Region | None = None


def checked(
    found: Iterable[Found], *, names: Sequence[str] = (), least_side: int = LEAST_SIDE
) -> Entities:
    """The pictures that can be used. Missing, broken, tiny and duplicate ones are left out and
    told; a picture of two entities is left out of both. `names` are entities besides those found:
    without a picture each is told of too.
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


def _taken(one: Found, least_side: int) -> EntityPicture | LeftOut:
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
    """Each picture of an entity once, and none that is of two (unless regions tell them apart)."""
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


def _left(one: Found, reason: str) -> LeftOut:
    name = one.source.source if isinstance(one.source, Image) else str(one.source)
    return LeftOut(entity=one.entity, picture=name, reason=reason)
