"""A small crop is enlarged before it is sent: how far follows from what the model sees."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deixis.ask.close_up import enlargement
from deixis.core.image import Image
from deixis.core.shapes import Box
from deixis.encodings.cropped import Cropped
from deixis.models.interface import VisionLanguageModel


def large_enough(
    model: VisionLanguageModel, images: Sequence[Image], regions: Mapping[str, object]
) -> dict[str, object]:
    """The regions, crops whose least size is left open with the one that helps this model: not
    beyond what it sees of a picture anyway.
    """
    if len(images) != 1:
        return dict(regions)
    (image,) = images
    return {
        name: _sized(model, image, one) if isinstance(one, Cropped) and one.least is None else one
        for name, one in regions.items()
    }


def _sized(model: VisionLanguageModel, image: Image, crop: Cropped) -> Cropped:
    size = crop.own_picture(image).image.size
    window = Box(x0=0, y0=0, x1=size.width, y1=size.height)
    times = enlargement(model, image.size, window)
    return replace(crop, least=times * max(size.width, size.height))
