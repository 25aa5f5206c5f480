"""The headers of AVIF and HEIC tell the picture's size and its turn, and the size that each of its
parts will be decoded to, which may not be larger than what was told.
"""

from typing import TypeAlias

from deixis.core.coded_sizes import av1_sizes, hevc_sizes
from deixis.core.errors import ImageError
from deixis.core.heif_boxes import CutShort, HeifBox, HeifItem, NumberReader, boxes, items_of
from deixis.core.size import Size
from deixis.core.undecoded import CUT_SHORT, PictureFile, stored_size

Items: TypeAlias = dict[int, HeifItem]
BLOCK = 64  # pixels by which HEVC may be coded larger than its picture
GRID, AV1, HEVC = b"grid", b"av01", b"hvc1"
# quarter turns against the clock, then mirrored or not, as EXIF's orientation
TURNED = {0: 1, 1: 8, 2: 3, 3: 6}
MIRRORED = {0: {1: 4, 8: 5, 3: 2, 6: 7}, 1: {1: 2, 8: 7, 3: 4, 6: 5}}  # rows, then columns


def read_avif(data: bytes) -> PictureFile:
    """An AVIF's still picture is read; a sequence beside it is taken out."""
    return _read(data, "AVIF", AV1)


def read_heic(data: bytes) -> PictureFile:
    """A HEIC's first picture is read, as telephones write it: whole or in tiles."""
    return _read(data, "HEIC", HEVC)


def _read(data: bytes, kind: str, codec: bytes) -> PictureFile:
    try:
        return _picture(data, kind, codec)
    except CutShort:
        raise ImageError(CUT_SHORT.format(kind)) from None
    except ImageError as error:
        raise ImageError(
            f"the {kind} is damaged or of a kind that is not opened: {error}"
        ) from None


def _picture(data: bytes, kind: str, codec: bytes) -> PictureFile:
    outer = list(boxes(data, 0, len(data)))
    metas = [box for box in outer if box.name == b"meta"]
    if len(metas) != 1:
        raise ImageError(f"{len(metas)} lists of pictures, not one")
    chosen, items = items_of(data, metas[0])
    primary = items.get(chosen)
    if primary is None or primary.kind not in (GRID, codec):
        raise ImageError(f"its picture is {primary.kind!r}" if primary else "it has no picture")
    for item in items.values():
        if item.kind in (AV1, HEVC):
            _check_coded(data, item)
    size = _told_size(data, primary)
    window = primary.property(b"clap")
    if window is not None and kind == "HEIC":  # what decodes an AVIF leaves it uncut
        size = _cut_size(data, window, size)
    if primary.kind == GRID:
        _check_grid(data, primary, items)
    films = [box for box in outer if box.name == b"moov"]
    return PictureFile(
        kind=kind,
        size=size,
        data=_still(data, outer, films),
        orientation=_orientation(data, primary),
        has_more=bool(films),
    )


def _told_size(data: bytes, item: HeifItem) -> Size:
    box = item.property(b"ispe")
    if box is None:
        raise ImageError("a picture without a size")
    reader = NumberReader(data, box.start + 4, box.end)
    return stored_size(reader.number(4), reader.number(4))


def _cut_size(data: bytes, window: HeifBox, told: Size) -> Size:
    """A window is cut out of what was coded in whole blocks."""
    reader = NumberReader(data, window.start, window.end)
    width, across, height, down = (reader.number(4) for _ in range(4))
    if not across or not down or width > told.width * across or height > told.height * down:
        raise ImageError(f"a window of {width}/{across} x {height}/{down} in {told}")
    return stored_size(round(width / across), round(height / down))


def _orientation(data: bytes, item: HeifItem) -> int:
    orientation = 1
    turn, mirror = item.property(b"irot"), item.property(b"imir")
    if turn is not None:
        orientation = TURNED[NumberReader(data, turn.start, turn.end).number(1) & 3]
    if mirror is not None:
        orientation = MIRRORED[NumberReader(data, mirror.start, mirror.end).number(1) & 1][
            orientation
        ]
    return orientation


def _bytes_of(data: bytes, item: HeifItem) -> bytes:
    return b"".join(data[start:end] for start, end in item.extents)


def _check_coded(data: bytes, item: HeifItem) -> None:
    """What the decoder will make of an item is as large as the item says, or some pixels more."""
    told, coded = _told_size(data, item), _bytes_of(data, item)
    if not coded:
        raise CutShort
    if item.kind == AV1:
        sizes, slack = av1_sizes(coded), 0
    else:
        settings = item.property(b"hvcC")
        if settings is None:
            raise ImageError("a picture without its decoder's settings")
        sizes, slack = hevc_sizes(data[settings.start : settings.end], coded), BLOCK
    if not sizes:
        raise ImageError("a picture whose coded size is told nowhere")
    for size in sizes:
        more = (size.width - told.width, size.height - told.height)
        if min(more) < 0 or max(more) > slack:
            raise ImageError(f"a picture of {told} is coded as one of {size}")


def _check_grid(data: bytes, grid: HeifItem, items: Items) -> None:
    """The tiles of a grid cover it, and little more."""
    told, coded = _told_size(data, grid), _bytes_of(data, grid)
    reader = NumberReader(coded, 0, len(coded))
    reader.number(1)
    length = 4 if reader.number(1) & 1 else 2
    rows, columns = reader.number(1) + 1, reader.number(1) + 1
    output = stored_size(reader.number(length), reader.number(length))
    tiles = [items[number] for number in grid.made_of if number in items]
    if output != told or len(tiles) != rows * columns:
        raise ImageError(f"a grid of {told} holds one of {output} with {len(tiles)} tiles")
    sizes = {_told_size(data, tile) for tile in tiles}
    if len(sizes) != 1 or any(tile.kind not in (AV1, HEVC) for tile in tiles):
        raise ImageError("a grid whose tiles differ")
    (tile,) = sizes
    across, down = tile.width * columns, tile.height * rows
    if across < told.width or down < told.height or across * down > 4 * told.area + 2**20:
        raise ImageError(f"a grid of {told} has {columns}x{rows} tiles of {tile}")


def _still(data: bytes, outer: list[HeifBox], films: list[HeifBox]) -> bytes:
    """A decoder that sees no film, nor that there was one, takes the still picture."""
    kept = bytearray(data)
    for film in films:
        kept[film.at + 4 : film.at + 8] = b"free"
    for box in outer:
        if box.name == b"ftyp":
            brands = bytes(kept[box.start : box.end])
            kept[box.start : box.end] = brands.replace(b"avis", b"avif")
    return bytes(kept)
