"""What CLIP's picture preparation and single-view families share."""

from typing import Any, ClassVar

import torch
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.core.size import Size
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.nn.cells import whole_grid
from deixis.nn.grid import TokenGrid
from deixis.nn.resample import PILLOW_FILTERS
from deixis.nn.view import Resized, View, Windowed, centre_window


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


def square_fit(processor: Any) -> dict[str, int | str]:  # Any: a transformers image processor
    """Which square of the picture its numbers are shares of: what the processor shows of it."""
    padded = getattr(processor, "do_pad", False) or not processor.do_center_crop
    return {"fit": "pad" if padded else "crop"}


def resized(processor: Any, size: Size) -> Size:  # Any: a transformers image processor
    """The size that the processor's own `size` asks for."""
    asked = dict(processor.size)
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


def stacked(batch: Batch) -> Tensors:
    """All views of all pictures in one tensor."""
    views = [view for pictures in batch for views in pictures for view in views]
    return {"pixel_values": torch.stack(views)}


class ClipFamily(Family):
    """Families that see one view of the picture, prepared as CLIP does, a token a patch."""

    convention: ClassVar[str] = "padded_unit"

    @property
    @override
    def convention_settings(self) -> dict[str, int | str]:
        return square_fit(self.image_processor)

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], self.config.vision_config.patch_size)
