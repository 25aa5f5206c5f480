"""Providers resize a picture before their model sees it; where a model counts pixels, it counts
those of the resized picture.
"""

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar, TypeAlias, final

from typing_extensions import override

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.size import Size, smart_resize
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown

LARGEST = 2**31  # no side, area or number of patches is beyond

Record: TypeAlias = Mapping[str, str | int]


class Resize(ABC):
    """A provider resizes pictures by this law. Its settings are whole numbers from 1 on."""

    law: ClassVar[str]

    def __post_init__(self) -> None:
        for name, number in self._settings().items():
            if not 1 <= number <= LARGEST:
                raise UsageError(f"{name} of the resize {self.law!r} is at least 1, got {number}")

    @abstractmethod
    def seen(self, size: Size) -> Size:
        """The model sees a picture of this size as one of that size, at least 1 x 1."""

    @final
    def record(self) -> Record:
        """The law and its settings as a data file holds them; `resize_of` reads it back."""
        return {"law": self.law, **self._settings()}

    def _settings(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]


@final
@dataclass(frozen=True, kw_only=True)
class Kept(Resize):
    """The picture stays as it is: as far as is known, or as far as it matters to places, where a
    model counts shares of the picture.
    """

    law: ClassVar[str] = "kept"

    @override
    def seen(self, size: Size) -> Size:
        return size


@final
@dataclass(frozen=True, kw_only=True)
class Smart(Resize):
    """Qwen-VL's `smart_resize`: both sides become multiples of `factor`, and the area is within
    the limits. Pictures longer than 200:1 are an UnsupportedError.
    """

    law: ClassVar[str] = "smart"

    factor: int = 28
    min_pixels: int = 56 * 56
    max_pixels: int = 28 * 28 * 1280

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_pixels > self.max_pixels:
            raise UsageError(
                f"min_pixels of the resize 'smart' is at most max_pixels={self.max_pixels}, "
                f"got {self.min_pixels}"
            )

    @override
    def seen(self, size: Size) -> Size:
        return smart_resize(
            size, factor=self.factor, min_pixels=self.min_pixels, max_pixels=self.max_pixels
        )


@final
@dataclass(frozen=True, kw_only=True)
class LongestSide(Resize):
    """A picture whose longer side is above `edge` is shrunk to it; one that fits stays."""

    law: ClassVar[str] = "longest_side"

    edge: int

    @override
    def seen(self, size: Size) -> Size:
        return _fitted(size, self.edge)


@final
@dataclass(frozen=True, kw_only=True)
class ClaudeFit(Resize):
    """A picture is shrunk to the largest size of the same aspect whose 28-pixel patches are at most
    `max_patches` and whose sides, rounded up to patches, are at most `max_edge`.

    The law is of the guide on coordinates at platform.claude.com. The standard tier has 1568 and
    1568, the high-resolution one 2576 and 4784. The padding right and below moves nothing.
    """

    law: ClassVar[str] = "claude"

    max_edge: int = 1568
    max_patches: int = 1568
    patch: int = 28

    @override
    def seen(self, size: Size) -> Size:
        if self._fits(size.width, size.height):
            return size
        long, short = max(size.width, size.height), min(size.width, size.height)
        shares = range(1, long)
        too_long = bisect_left(
            shares, True, key=lambda edge: not self._fits(edge, _short_edge(edge, long, short))
        )
        edge = shares[max(too_long - 1, 0)]
        other = _short_edge(edge, long, short)
        if size.width >= size.height:
            return Size(width=edge, height=other)
        return Size(width=other, height=edge)

    def _fits(self, width: int, height: int) -> bool:
        across, down = math.ceil(width / self.patch), math.ceil(height / self.patch)
        return max(across, down) * self.patch <= self.max_edge and across * down <= self.max_patches


@final
@dataclass(frozen=True, kw_only=True)
class OpenaiTiles(Resize):
    """A picture is shrunk into a square of `box`, then until its shorter side is at most `short`.

    The law is of the guide on images at platform.openai.com for GPT-4o, GPT-4.1 and GPT-5. It does
    not say what becomes of smaller pictures: here they stay as they are.
    """

    law: ClassVar[str] = "openai"

    box: int = 2048
    short: int = 768

    @override
    def seen(self, size: Size) -> Size:
        boxed = _fitted(size, self.box)
        shorter = min(boxed.width, boxed.height)
        return boxed if shorter <= self.short else _scaled(boxed, self.short / shorter)


@final
@dataclass(frozen=True, kw_only=True)
class OpenaiPatches(Resize):
    """A picture that needs more than `max_patches` is shrunk until whole patches cover it, after it
    was fitted into a square of `box`.

    The law is of the guide on images at platform.openai.com: 1536 patches of 32 pixels for the
    small models of GPT-4.1 and GPT-5, 2500 in a box of 2048 or, at `detail: original`, 10,000 in
    one of 6000 for the models from GPT-5.4 on.
    """

    law: ClassVar[str] = "openai_patches"

    max_patches: int = 1536
    box: int = LARGEST
    patch: int = 32

    @override
    def seen(self, size: Size) -> Size:
        boxed = _fitted(size, self.box)
        across, down = boxed.width / self.patch, boxed.height / self.patch
        if math.ceil(across) * math.ceil(down) <= self.max_patches:
            return boxed
        shrink = math.sqrt(self.max_patches / (across * down))
        # the side that loses most by being cut to whole patches sets the scale
        whole = min(_share_of_whole(across * shrink), _share_of_whole(down * shrink))
        return _scaled(boxed, shrink * whole)


@final
@dataclass(frozen=True, kw_only=True)
class Moonvit(Resize):
    """Kimi's law: a picture of more than `max_patches` patches, or `side_patches` along one side,
    is shrunk to them; what is then padded right and below moves nothing.

    It is that of the processors beside the weights: 4096 patches of 14 pixels for Kimi-VL-A3B,
    16384 for Kimi-K2.5, 65536 for Kimi-K3, 512 along a side.
    """

    law: ClassVar[str] = "moonvit"

    max_patches: int = 4096
    side_patches: int = 512
    patch: int = 14

    @override
    def seen(self, size: Size) -> Size:
        across, down = max(size.width // self.patch, 1), max(size.height // self.patch, 1)
        share = min(
            1.0,
            math.sqrt(self.max_patches / (across * down)),
            self.side_patches * self.patch / max(size.width, size.height),
        )
        return Size(width=max(int(size.width * share), 1), height=max(int(size.height * share), 1))


LAWS: Mapping[str, type[Resize]] = {
    law.law: law
    for law in (Kept, Smart, LongestSide, ClaudeFit, OpenaiTiles, OpenaiPatches, Moonvit)
}


def resize_of(record: object, *, name: str = "resize") -> Resize:
    """The law that a data file names, with its settings; UsageError says what is wrong with it."""
    told = object_of(record, name=name)
    law = told.pop("law", None)
    if not isinstance(law, str):
        raise UsageError(f"{name}.law is one of {', '.join(sorted(LAWS))}, got {shown(law)}")
    if law not in LAWS:
        raise UnknownNameError(kind="law of resizing", name=law, known=LAWS)
    kind = LAWS[law]
    return read_as(kind, told, name=name)


def _fitted(size: Size, edge: int) -> Size:
    longer = max(size.width, size.height)
    return size if longer <= edge else _scaled(size, edge / longer)


def _scaled(size: Size, share: float) -> Size:
    return Size(width=max(round(size.width * share), 1), height=max(round(size.height * share), 1))


def _share_of_whole(patches: float) -> float:
    return math.floor(patches) / patches if patches > 1 else 1.0


def _short_edge(edge: int, long: int, short: int) -> int:
    return max(round(edge / (long / short)), 1)
