"""AVIF and HEIC keep pictures as items in boxes: which items there are, how large they are said to
be, how they are turned, and where their bytes stand. Nothing is decoded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

from deixis.core.errors import ImageError

MAX_BOXES = 20_000
MAX_ITEMS = 4096  # a telephone's picture has some hundred


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class HeifBox:
    """A box of the file: its name, and where what it holds begins and ends."""

    name: bytes
    at: int  # of its own first byte
    start: int
    end: int


@final
@dataclass(kw_only=True, slots=True)
class HeifItem:
    """A picture, a tile of one, or other data."""

    kind: bytes = b""
    properties: list[HeifBox] = field(default_factory=list)
    extents: list[tuple[int, int]] = field(default_factory=list)  # start and end in the file
    made_of: tuple[int, ...] = ()  # the tiles of a grid

    def property(self, name: bytes) -> HeifBox | None:
        """The first of its properties of that name."""
        return next((one for one in self.properties if one.name == name), None)


@final
class CutShort(Exception):
    """A place beyond the end: the file is cut short, or lies."""


@final
class NumberReader:
    """Big-endian numbers, one after another, within a part of the file."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data, self.at, self.end = data, at, end

    def number(self, num_bytes: int) -> int:
        """The next number of so many bytes; 0 of none."""
        if self.at + num_bytes > self.end:
            raise CutShort
        found = int.from_bytes(self.data[self.at : self.at + num_bytes], "big")
        self.at += num_bytes
        return found

    def raw(self, num_bytes: int) -> bytes:
        """The next bytes."""
        if self.at + num_bytes > self.end:
            raise CutShort
        self.at += num_bytes
        return self.data[self.at - num_bytes : self.at]


def boxes(data: bytes, start: int, end: int) -> Iterator[HeifBox]:
    """The boxes that fill a part of the file, one after another."""
    for _ in range(MAX_BOXES):
        if start >= end:
            return
        reader = NumberReader(data, start, end)
        length, name = reader.number(4), reader.raw(4)
        if length == 1:
            length = reader.number(8)
        elif length == 0:
            length = end - start
        if start + length > end:
            raise CutShort
        if length < reader.at - start:
            raise ImageError("a box is shorter than its own head")
        yield HeifBox(name=name, at=start, start=reader.at, end=start + length)
        start += length
    raise ImageError(f"more than {MAX_BOXES} boxes")


def items_of(data: bytes, meta: HeifBox) -> tuple[int, dict[int, HeifItem]]:
    """The number of the picture that is meant, and all items by their numbers."""
    parts = {box.name: box for box in boxes(data, meta.start + 4, meta.end)}
    missing = [name for name in (b"pitm", b"iinf", b"iloc", b"iprp") if name not in parts]
    if missing:
        raise ImageError(f"the box {missing[0].decode()} is missing")
    items = _kinds(data, parts[b"iinf"])
    idat = parts.get(b"idat")
    _place(data, parts[b"iloc"], items, idat)
    _describe(data, parts[b"iprp"], items)
    if b"iref" in parts:
        _refer(data, parts[b"iref"], items)
    reader = NumberReader(data, parts[b"pitm"].start, parts[b"pitm"].end)
    version = reader.number(4) >> 24
    return reader.number(4 if version else 2), items


def _kinds(data: bytes, box: HeifBox) -> dict[int, HeifItem]:
    reader = NumberReader(data, box.start, box.end)
    count = reader.number(4 if reader.number(4) >> 24 else 2)
    if count > MAX_ITEMS:
        raise ImageError(f"{count} items, more than {MAX_ITEMS}")
    items: dict[int, HeifItem] = {}
    for entry in boxes(data, reader.at, box.end):
        own = NumberReader(data, entry.start, entry.end)
        version = own.number(4) >> 24
        if version not in (2, 3):
            raise ImageError(f"items are listed in version {version}, not 2 or 3")
        number = own.number(2 if version == 2 else 4)
        own.number(2)
        if number in items:
            raise ImageError(f"item {number} is listed twice")
        items[number] = HeifItem(kind=own.raw(4))
    return items


def _place(data: bytes, box: HeifBox, items: dict[int, HeifItem], idat: HeifBox | None) -> None:
    """Each item's bytes stand in some extents of the file, or of the box idat."""
    reader = NumberReader(data, box.start, box.end)
    version = reader.number(4) >> 24
    lengths = reader.number(2)
    of_offset, of_length, of_base = lengths >> 12, lengths >> 8 & 15, lengths >> 4 & 15
    of_index = lengths & 15 if version else 0
    for _ in range(reader.number(4 if version == 2 else 2)):
        number = reader.number(4 if version == 2 else 2)
        method = reader.number(2) & 15 if version else 0
        reader.number(2)
        base = reader.number(of_base)
        home = (0, len(data)) if method == 0 or idat is None else (idat.start, idat.end)
        if method > 1 or (method == 1 and idat is None):
            raise ImageError(f"item {number} is kept in way {method}, which is not read here")
        for _ in range(reader.number(2)):
            reader.number(of_index)
            start = home[0] + base + reader.number(of_offset)
            length = reader.number(of_length)
            end = start + length if length else home[1]
            if not start <= end <= home[1]:
                raise CutShort
            if number in items:
                items[number].extents.append((start, end))


def _describe(data: bytes, box: HeifBox, items: dict[int, HeifItem]) -> None:
    """Items have properties: sizes, turns, decoders' settings."""
    parts = list(boxes(data, box.start, box.end))
    listed = [
        one for part in parts if part.name == b"ipco" for one in boxes(data, part.start, part.end)
    ]
    for part in (one for one in parts if one.name == b"ipma"):
        reader = NumberReader(data, part.start, part.end)
        head = reader.number(4)
        for _ in range(reader.number(4)):
            number = reader.number(4 if head >> 24 else 2)
            wide, most = head & 1, 0x7FFF if head & 1 else 0x7F
            indices = [reader.number(2 if wide else 1) & most for _ in range(reader.number(1))]
            if max(indices, default=0) > len(listed):
                raise ImageError(f"item {number} has property {max(indices)} of {len(listed)}")
            if number in items:
                items[number].properties += [listed[index - 1] for index in indices if index]


def _refer(data: bytes, box: HeifBox, items: dict[int, HeifItem]) -> None:
    reader = NumberReader(data, box.start, box.end)
    length = 4 if reader.number(4) >> 24 else 2
    for reference in boxes(data, reader.at, box.end):
        own = NumberReader(data, reference.start, reference.end)
        number, count = own.number(length), own.number(2)
        made_of = tuple(own.number(length) for _ in range(count))
        if reference.name == b"dimg" and number in items:
            items[number].made_of += made_of
