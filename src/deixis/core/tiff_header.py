"""A TIFF's directory tells its first picture's size and where its pixels stand. What the decoder
gets has a directory of that alone: no names, profiles, previews, or further pictures.
"""

import struct
from dataclasses import dataclass
from typing import final

from deixis.core.errors import ImageError
from deixis.core.size import Size
from deixis.core.undecoded import CUT_SHORT, PictureFile, stored_size

MAX_ENTRIES = 1024  # of a directory; a real one has a few dozen
MAX_PIECES = 2**20  # strips or tiles
MOST_TILE = 2**20  # pixels of a tile that is larger than its picture

WIDTH, HEIGHT, COMPRESSION, ORIENTATION = 256, 257, 259, 274
STRIPS, STRIP_BYTES, TILES, TILE_BYTES = 273, 279, 324, 325
TILE_WIDTH, TILE_HEIGHT = 322, 323
# what decoding needs: of the samples, of how they are packed, of their colours, and of JPEG
NEEDED = frozenset(
    (
        *(254, WIDTH, HEIGHT, 258, COMPRESSION, 262, 266, STRIPS, 277, 278, STRIP_BYTES, 284),
        *(292, 293, 317, 320, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, 332, 338, 339),
        *(347, 529, 530, 531, 532),
    )
)
NO_PACKING = 1
PACKINGS = {NO_PACKING, 2, 3, 4, 5, 7, 8, 32773, 32946}  # CCITT, LZW, JPEG, deflate, PackBits
# of a value, by its type
LENGTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
LENGTHS |= {13: 4, 16: 8, 17: 8, 18: 8}
WHOLE = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """The two forms of a TIFF differ in the lengths of their numbers."""

    order: str  # of bytes: "<" or ">"
    offset: str  # a place in the file
    count: str  # of a directory's entries
    entry: str  # tag, type, number of values; the values or their place follow

    @property
    def inline(self) -> int:
        """So many bytes of values stand in the entry itself."""
        return struct.calcsize(self.order + self.offset)

    @property
    def entry_length(self) -> int:
        """An entry takes so many bytes."""
        return struct.calcsize(self.order + self.entry) + self.inline


def read_tiff(data: bytes) -> PictureFile:
    """A TIFF's first directory is walked, and its strips or tiles have to be there."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        if struct.unpack_from(f"{order}H", data, 2) == (42,):
            form = _Form(order=order, offset="I", count="H", entry="HHI")
            return _read(data, form, at=4)
        if struct.unpack_from(f"{order}HH", data, 4) != (8, 0):
            raise ImageError("the TIFF is damaged: its places are not of 8 bytes")
        return _read(data, _Form(order=order, offset="Q", count="Q", entry="HHQ"), at=8)
    except struct.error:  # a place beyond the end
        raise ImageError(CUT_SHORT.format("TIFF")) from None


def _read(data: bytes, form: _Form, *, at: int) -> PictureFile:
    (start,) = struct.unpack_from(form.order + form.offset, data, at)
    (num_entries,) = struct.unpack_from(form.order + form.count, data, start)
    first = start + struct.calcsize(form.order + form.count)
    if not 0 < num_entries <= MAX_ENTRIES:
        raise ImageError(f"the TIFF's directory has {num_entries} entries, not 1 to {MAX_ENTRIES}")
    end = first + num_entries * form.entry_length
    (following,) = struct.unpack_from(form.order + form.offset, data, end)
    entries: dict[int, bytes] = {}
    values: dict[int, tuple[int, ...]] = {}
    for number in range(num_entries):
        place = first + number * form.entry_length
        (tag,) = struct.unpack_from(f"{form.order}H", data, place)
        if tag in entries:
            raise ImageError(f"the TIFF is damaged: its directory has tag {tag} twice")
        if tag in NEEDED or tag == ORIENTATION:
            entries[tag] = data[place : place + form.entry_length]
            values[tag] = _values(data, form, place)
    size = _checked(values, len(data))
    orientation = next(iter(values.get(ORIENTATION, ())), 1)
    entries.pop(ORIENTATION, None)
    kept = sorted(entries)  # readers expect the tags in order
    directory = struct.pack(form.order + form.count, len(kept))
    directory += b"".join(entries[tag] for tag in kept) + bytes(form.inline)
    return PictureFile(
        kind="TIFF",
        size=size,
        data=data[:start] + directory + data[start + len(directory) :],
        orientation=orientation if 1 <= orientation <= 8 else 1,
        has_more=following != 0,
    )


def _values(data: bytes, form: _Form, place: int) -> tuple[int, ...]:
    """An entry's whole numbers; none of a type that holds others, whose place is checked too."""
    _, kind, count = struct.unpack_from(form.order + form.entry, data, place)
    at = place + struct.calcsize(form.order + form.entry)
    if kind not in LENGTHS or count > MAX_PIECES:
        raise ImageError(f"the TIFF is damaged: {count} values of type {kind} in its directory")
    if count * LENGTHS[kind] > form.inline:
        (at,) = struct.unpack_from(form.order + form.offset, data, at)
    if at + count * LENGTHS[kind] > len(data):
        raise ImageError(CUT_SHORT.format("TIFF"))
    if kind not in WHOLE:
        return ()
    found: tuple[int, ...] = struct.unpack_from(f"{form.order}{count}{WHOLE[kind]}", data, at)
    return found


def _checked(values: dict[int, tuple[int, ...]], num_bytes: int) -> Size:
    """The size, where the pixels stand in the file and can be decoded in bounded memory."""

    def one(tag: int, otherwise: int | None = None) -> int:
        found = values.get(tag, () if otherwise is None else (otherwise,))
        if len(found) != 1:
            raise ImageError(f"the TIFF is damaged: its directory has {len(found)} of tag {tag}")
        return found[0]

    size = stored_size(one(WIDTH), one(HEIGHT))
    packing = one(COMPRESSION, NO_PACKING)
    if packing not in PACKINGS:
        raise ImageError(f"the TIFF is packed in way {packing}, which is not opened here")
    is_tiled = TILES in values
    if is_tiled:
        tile = stored_size(one(TILE_WIDTH), one(TILE_HEIGHT))
        if tile.area > max(4 * size.area, MOST_TILE):
            raise ImageError(f"the TIFF of {size} has tiles of {tile}")
    starts = values.get(TILES if is_tiled else STRIPS, ())
    lengths = values.get(TILE_BYTES if is_tiled else STRIP_BYTES, ())
    if not starts or len(starts) != len(lengths):
        raise ImageError("the TIFF is damaged: the places and lengths of its pixels do not agree")
    if any(start + length > num_bytes for start, length in zip(starts, lengths, strict=True)):
        raise ImageError(CUT_SHORT.format("TIFF"))
    return size
