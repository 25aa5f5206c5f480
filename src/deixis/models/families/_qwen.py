"""What the Qwen-VL families share: a picture at nearly its own shape, patches merged in tokens."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import torch
from typing_extensions import override

from deixis.core.size import Size, smart_resize
from deixis.core.token_grid import TokenGrid, whole_grid
from deixis.core.view import PILLOW_FILTERS, Resized, View
from deixis.models.family import Batch, Family, Joint
from deixis.models.language import Tensors


def qwen_sizing(processor: Any) -> dict[str, int]:  # Any: a transformers image processor
    """The numbers of the processor's smart resize; `factor` is a token's side in pixels."""
    return {
        "factor": processor.patch_size * processor.merge_size,
        "min_pixels": processor.size["shortest_edge"],
        "max_pixels": processor.size["longest_edge"],
    }


def qwen_view(processor: Any, size: Size) -> View:  # Any: a transformers image processor
    """The picture at a size of whole tokens."""
    view = View(original=size, steps=())
    if not processor.do_resize:
        return view
    after = smart_resize(size, **qwen_sizing(processor))
    return view.then(Resized(size=after, resample=PILLOW_FILTERS[int(processor.resample)]))


def qwen_patches(processor: Any, batch: Batch) -> Tensors:  # Any: a transformers image processor
    """Flat patches, those of one token together, and each picture's rows and columns of them."""
    patch, merge, frames = processor.patch_size, processor.merge_size, processor.temporal_patch_size
    patches, grids = [], []
    for view in (view for pictures in batch for views in pictures for view in views):
        rows, columns = view.shape[1] // patch, view.shape[2] // patch
        cells = view.view(3, rows // merge, merge, patch, columns // merge, merge, patch)
        cells = cells.permute(1, 4, 2, 5, 0, 3, 6).unsqueeze(5)
        # a still picture is a film whose frames are the same
        patches.append(cells.expand(*[-1] * 5, frames, -1, -1).reshape(rows * columns, -1))
        grids.append([1, rows, columns])
    device = patches[0].device
    return {
        "pixel_values": torch.cat(patches),
        "image_grid_thw": torch.tensor(grids, device=device),
    }


class QwenFamily(Family):
    """Families that see the picture at nearly its own shape, blocks of patches a token."""

    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "image_grid_thw")
    shared_inputs: ClassVar[tuple[str, ...]] = ("image_grid_thw",)

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (qwen_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return qwen_patches(self.image_processor, batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        side = qwen_sizing(self.image_processor)["factor"]
        return whole_grid(self.views(size)[0], side)

    @override
    def states(self, views: Sequence[View]) -> TokenGrid:
        """Patches, those of one token together."""
        grid = whole_grid(views[0], self.image_processor.patch_size)
        (only,) = grid.views
        merge = self.image_processor.merge_size
        rows, columns = only.tokens.shape
        blocks = np.arange(grid.num_tokens).reshape(rows // merge, columns // merge, merge, merge)
        tokens = blocks.swapaxes(1, 2).reshape(rows, columns)
        return replace(grid, views=(replace(only, tokens=tokens),))

    @property
    @override
    def joint(self) -> Joint:
        return Joint(module=self.base.visual.merger)
