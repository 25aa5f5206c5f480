"""The Qwen-VL families: a picture at nearly its own shape, blocks of patches merged in tokens."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, final

import numpy as np
import torch
from typing_extensions import override

from deixis.coordinates.resizing import Kept, Resize, Smart
from deixis.core.size import Size, smart_resize
from deixis.core.token_grid import TokenGrid, whole_grid
from deixis.core.view import Resized, View
from deixis.models.family import Batch, Family, Joint
from deixis.models.language import Tensors


class QwenFamily(Family):
    """What the families share; they point in different numbers."""

    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "image_grid_thw")
    shared_inputs: ClassVar[tuple[str, ...]] = ("image_grid_thw",)

    @property
    def sizing(self) -> dict[str, int]:
        """The numbers of the processor's smart resize; `factor` is a token's side in pixels."""
        pictures = self.image_processor
        return {
            "factor": pictures.patch_size * pictures.merge_size,
            "min_pixels": pictures.size["shortest_edge"],
            "max_pixels": pictures.size["longest_edge"],
        }

    @property
    @override
    def resize(self) -> Resize:
        return Smart(**self.sizing) if self.image_processor.do_resize else Kept()

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        view = View(original=size, steps=())
        if not self.image_processor.do_resize:
            return (view,)
        after = smart_resize(size, **self.sizing)
        return (view.then(Resized(size=after, resample=self.resample)),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        """Patches are flat, those of one token together; their rows and columns are told."""
        pictures = self.image_processor
        patch, merge, frames = (
            pictures.patch_size,
            pictures.merge_size,
            pictures.temporal_patch_size,
        )
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

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], self.sizing["factor"])

    @override
    def states(self, views: Sequence[View]) -> TokenGrid:
        """Patches come with those of one token together."""
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


@final
class Qwen2VlFamily(QwenFamily):
    """`Qwen/Qwen2-VL-*` and its kin."""

    dialect: ClassVar[str] = "qwen2_vl"


@final
class Qwen25VlFamily(QwenFamily):
    """`Qwen/Qwen2.5-VL-*` and its kin, which point in pixels of the resized picture."""

    dialect: ClassVar[str] = "qwen2_5_vl"

    @property
    @override
    def dialect_settings(self) -> dict[str, int | str]:
        return dict(self.sizing)

    @override
    def states(self, views: Sequence[View]) -> TokenGrid:
        """Patches, those of one token together, come token by token in the order of its windows."""
        grid = super().states(views)
        (only,) = grid.views
        pictures, merge = self.image_processor, self.image_processor.merge_size
        rows, columns = (side // merge for side in only.tokens.shape)
        side = self.config.vision_config.window_size // (pictures.patch_size * merge)
        row, column = (axis.ravel() for axis in np.indices((rows, columns)))
        # windows row by row, and within each its tokens
        place = np.argsort(np.lexsort((column, row, column // side, row // side)))
        tokens = place[only.tokens // merge**2] * merge**2 + only.tokens % merge**2
        return replace(grid, views=(replace(only, tokens=tokens),))


@final
class Qwen3VlFamily(QwenFamily):
    """`Qwen/Qwen3-VL-*` and its kin, whose early layers also reach into the decoder."""

    dialect: ClassVar[str] = "qwen3_vl"
