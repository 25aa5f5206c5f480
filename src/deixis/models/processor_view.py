"""What an image processor of transformers does to a picture, told as a view with a gradient."""

from typing import Any

from deixis.core.errors import ModelError
from deixis.core.size import Size
from deixis.core.view import PILLOW_FILTERS, Resized, View, Windowed, centre_window
from deixis.models.tensor_view import Normalisation


def clip_view(processor: Any, size: Size) -> View:  # Any: a transformers image processor
    """Pad to a square if asked, resize, centre crop: CLIP's and LLaVA's preparation."""
    view = View(original=size, steps=())
    if getattr(processor, "do_pad", False):
        red, green, blue = (float(int(mean * 255)) for mean in processor.image_mean)
        side = max(size.width, size.height)
        square = Size(width=side, height=side)
        left, top = (side - size.width) // 2, (side - size.height) // 2
        pad = Windowed(left=-left, top=-top, size=square, fill=(red, green, blue))
        view = view.then(pad)
    if processor.do_resize:
        view = view.then(
            Resized(
                size=resized(processor, view.size),
                resample=PILLOW_FILTERS[int(processor.resample)],
            )
        )
    if processor.do_center_crop:
        after = Size(width=processor.crop_size["width"], height=processor.crop_size["height"])
        view = view.then(centre_window(view.size, after))
    return view


def resized(processor: Any, size: Size) -> Size:  # Any: a transformers image processor
    """The size that the processor's own `size` asks for."""
    asked = dict(processor.size or {})
    if asked.get("height") and asked.get("width"):
        return Size(width=asked["width"], height=asked["height"])
    if asked.get("shortest_edge") and not asked.get("longest_edge"):
        return shortest_edge(size, asked["shortest_edge"])
    raise ModelError(f"do not know how to resize to {asked}")


def shortest_edge(size: Size, side: int) -> Size:
    """The shorter side at `side`, the other in proportion, cut down to whole pixels."""
    if size.width <= size.height:
        return Size(width=side, height=int(side * size.height / size.width))
    return Size(width=int(side * size.width / size.height), height=side)


def normalisation_of(processor: Any) -> Normalisation:  # Any: a transformers image processor
    """The processor's last step."""
    mean = tuple(processor.image_mean) if processor.do_normalize else (0.0, 0.0, 0.0)
    std = tuple(processor.image_std) if processor.do_normalize else (1.0, 1.0, 1.0)
    scale = processor.rescale_factor if processor.do_rescale else 1.0
    return Normalisation(scale=scale, mean=mean, std=std)
