"""Regions are outlined and tagged, each in a colour of its own."""

from collections.abc import Sequence
from dataclasses import replace

from deixis.core import transform
from deixis.core.errors import NoRoomError
from deixis.core.image import Image
from deixis.core.region import Region, box
from deixis.core.size import Size
from deixis.marks.colours import NAMED, color_of
from deixis.marks.mark import Mark
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import BorderInk, Ink, Lines, Oval, Rim
from deixis.marks.render import draw_ink
from deixis.marks.shapes.rectangle import framed, on_pixels
from deixis.marks.style import Style
from deixis.marks.tag import LETTER_SHARE, Tag, draw_tags
from deixis.marks.tag_places import placed

ALPHA = 255
LINE, LEAST_LINE = 1.5, 2.0  # pixels of an outline's line, of a picture of 336 and of any
THIN = 7  # times as wide as its outline's line is a region at least, where that can be
COMFORTABLE, LARGEST = 480, 6000  # pixels of the longer side of an enlarged copy


def tags_of(texts: Sequence[tuple[str, Region]]) -> list[Tag]:
    """Each text is a tag; colours come again after nine, the texts tell them apart."""
    names = list(NAMED)
    return [
        Tag(text=text, region=region, color=color_of(names[number % len(names)]))
        for number, (text, region) in enumerate(texts)
    ]


def plate_marks(
    image: Image, texts: Sequence[tuple[str, Region]], around: Sequence[Region] = ()
) -> list[Mark]:
    """These marks lie where the plates do, to measure what a model sees of them."""
    tags = tags_of(texts)
    return [
        Mark(
            shape="mask",
            region=box(plate.left, plate.top, plate.right, plate.bottom),
            style=Style(color=tag.color, alpha=ALPHA, profile="plain"),
        )
        for tag, place in zip(
            tags, placed(tags, image.size, around=around, image=image), strict=True
        )
        for plate in (place.plate,)
    ]


def letter_height(plate: Mark) -> float:
    """A capital letter on such a plate is so many pixels high."""
    return plate.region.box().height * LETTER_SHARE


def draw_tagged(
    image: Image, texts: Sequence[tuple[str, Region]], around: Sequence[Region] = ()
) -> Image:
    """The picture gets an outline around each region, and over them the tags, which cover none of
    those regions nor of those `around` while there is room.
    """
    tags = tags_of(texts)
    places = placed(tags, image.size, around=around, image=image)
    outlines = [(_outline(tag, image.size), tag) for tag in tags]
    pixels = image.pixels.copy()
    for ink, tag in outlines:
        draw_ink(pixels, ink, tag.color.rgb, ALPHA)
    return draw_tags(Image(pixels=pixels, source=image.source), tags, places)


def _outline(tag: Tag, size: Size) -> Ink:
    """A line runs along a region, around a box: a thin one where the region is small, so that it
    hides none of a written line.
    """
    style = Style(color=tag.color, alpha=ALPHA, profile="plain")
    mark = Mark(shape="contour", region=tag.region, style=style)
    ink, place = mark.ink(size), MarkPlace.of(tag.region, size)
    narrow = min(place.box.width, place.box.height) / THIN
    width = max(1, int(min(max(LINE * place.scale, LEAST_LINE), narrow)))
    match ink:
        case BorderInk():
            x0, x1 = on_pixels(place.box.x0, place.box.x1, size.width)
            y0, y1 = on_pixels(place.box.y0, place.box.y1, size.height)
            return framed(x0 - width, y0 - width, x1 + width, y1 + width, width, place)
        case Rim():
            return replace(ink, radius=width / 2)
        case Oval() | Lines():
            return replace(ink, width=float(width))
    return ink


def tagged_copy(image: Image, texts: Sequence[tuple[str, Region]]) -> Image:
    """The same on a copy that is enlarged, pixel by pixel, as far as all tags need."""
    longer = max(image.size.width, image.size.height)
    times = max(1, -(-COMFORTABLE // longer))
    while True:
        pixels = image.pixels.repeat(times, axis=0).repeat(times, axis=1)
        larger = Image(pixels=pixels, source=image.source)
        way = transform.resize(image.size, larger.size)
        try:
            return draw_tagged(larger, [(text, way.region(region)) for text, region in texts])
        except NoRoomError:
            times *= 2
            if times * longer > LARGEST:
                raise
