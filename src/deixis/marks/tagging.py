"""Regions outlined and tagged, each in a colour of its own."""

from collections.abc import Sequence

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


def tags_of(texts: Sequence[tuple[str, Region]]) -> list[Tag]:
    """A tag each; colours come again after nine, the texts tell them apart."""
    names = list(NAMED)
    return [
        Tag(text=text, region=region, colour=colour_of(names[number % len(names)]))
        for number, (text, region) in enumerate(texts)
    ]


def plate_marks(texts: Sequence[tuple[str, Region]], size: Size) -> list[Mark]:
    """Marks that lie where the plates do, to measure what a model sees of them."""
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
    """Pixels of a capital letter on such a plate."""
    return plate.region.box().height * LETTER_SHARE


def draw_tagged(image: Image, texts: Sequence[tuple[str, Region]]) -> Image:
    """The picture with an outline around each region, and over them the tags."""
    tags = tags_of(texts)
    plates = placed(tags, image.size)
    outlines = [
        Mark(shape="contour", region=tag.region, style=Style(colour=tag.colour, alpha=ALPHA))
        for tag in tags
    ]
    return draw_tags(draw(image, outlines), tags, plates)
