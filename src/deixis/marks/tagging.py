"""Regions are outlined and tagged, each in a colour of its own."""

from collections.abc import Sequence

from deixis.core import transform
from deixis.core.errors import NoRoomError
from deixis.core.image import Image
from deixis.core.region import Region, box
from deixis.core.size import Size
from deixis.marks.colours import NAMED, colour_of
from deixis.marks.mark import Mark
from deixis.marks.render import draw
from deixis.marks.style import Style
from deixis.marks.tag import LETTER_SHARE, Tag, draw_tags
from deixis.marks.tag_places import placed

ALPHA = 255
COMFORTABLE, LARGEST = 480, 6000  # pixels of the longer side of an enlarged copy


def tags_of(texts: Sequence[tuple[str, Region]]) -> list[Tag]:
    """Each text is a tag; colours come again after nine, the texts tell them apart."""
    names = list(NAMED)
    return [
        Tag(text=text, region=region, colour=colour_of(names[number % len(names)]))
        for number, (text, region) in enumerate(texts)
    ]


def plate_marks(texts: Sequence[tuple[str, Region]], size: Size) -> list[Mark]:
    """These marks lie where the plates do, to measure what a model sees of them."""
    tags = tags_of(texts)
    return [
        Mark(
            shape="mask",
            region=box(plate.left, plate.top, plate.right, plate.bottom),
            style=Style(colour=tag.colour, alpha=ALPHA),
        )
        for tag, plate in zip(tags, placed(tags, size), strict=True)
    ]


def letter_height(plate: Mark) -> float:
    """A capital letter on such a plate is so many pixels high."""
    return plate.region.box().height * LETTER_SHARE


def draw_tagged(image: Image, texts: Sequence[tuple[str, Region]]) -> Image:
    """The picture gets an outline around each region, and over them the tags."""
    tags = tags_of(texts)
    plates = placed(tags, image.size)
    outlines = [
        Mark(shape="contour", region=tag.region, style=Style(colour=tag.colour, alpha=ALPHA))
        for tag in tags
    ]
    return draw_tags(draw(image, outlines), tags, plates)


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
