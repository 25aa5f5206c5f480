"""What Pixtral and Mistral 3 share: a picture at its own shape, padded only to its neighbours."""

import math
from typing import Any, ClassVar

import torch
from torch.nn import functional
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, whole_grid
from deixis.core.view import PILLOW_FILTERS, Resized, View
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors

VISION_INPUTS = ("pixel_values", "image_sizes")


def token_side(processor: Any) -> int:  # Any: a PixtralProcessor
    """A token's side in pixels of the view."""
    return processor.patch_size * processor.spatial_merge_size


def pixtral_view(processor: Any, size: Size) -> View:  # Any: a PixtralProcessor
    """The picture within the longest sides, its own sides rounded up to whole tokens."""
    view = View(original=size, steps=())
    pictures = processor.image_processor
    if not pictures.do_resize:
        return view
    after = _whole_tokens(_within(size, dict(pictures.size)), token_side(processor))
    return view.then(Resized(size=after, resample=PILLOW_FILTERS[int(pictures.resample)]))


def pixtral_padded(batch: Batch) -> Tensors:
    """All pictures in the upper left corners of one tensor, and their heights and widths."""
    views = [view for pictures in batch for views in pictures for view in views]
    sizes = torch.tensor([view.shape[1:] for view in views], device=views[0].device)
    height, width = sizes.amax(dim=0).tolist()
    padded = [
        functional.pad(view, (0, width - view.shape[2], 0, height - view.shape[1]))
        for view in views
    ]
    return {"pixel_values": torch.stack(padded), "image_sizes": sizes}


def _within(size: Size, limits: dict[str, int]) -> Size:
    longest = limits.get("longest_edge")
    height, width = longest or limits["height"], longest or limits["width"]
    ratio = max(size.height / height, size.width / width)
    if ratio <= 1:
        return size
    return Size(width=math.floor(size.width / ratio), height=math.floor(size.height / ratio))


def _whole_tokens(size: Size, side: int) -> Size:
    columns, rows = (size.width - 1) // side + 1, (size.height - 1) // side + 1
    return Size(width=columns * side, height=rows * side)


class PixtralFamily(Family):
    """Families on Pixtral's encoder."""

    convention: ClassVar[str] = "permille"
    vision_inputs: ClassVar[tuple[str, ...]] = VISION_INPUTS

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (pixtral_view(self.processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return pixtral_padded(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], token_side(self.processor))
