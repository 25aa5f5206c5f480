"""Idefics3 and SmolVLM: tiles of the picture made large, then the whole of it."""

import math
from typing import ClassVar, final

import torch
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, views_grid
from deixis.core.view import Resized, View
from deixis.models.families.tiles import filled_up, setting, tiled
from deixis.models.family import Batch, Family, Joint
from deixis.models.language import Tensors


@final
class IdeficsFamily(Family):
    """`HuggingFaceM4/Idefics3-*` and `HuggingFaceTB/SmolVLM*`, with more patches to a token."""

    dialect: ClassVar[str] = "permille"
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "pixel_attention_mask")

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        """The tiles come row by row and then the whole; that alone where one tile is enough."""
        view = View(original=size, steps=())
        if setting(self.processor, "do_resize"):
            after = _longest_edge(size, dict(setting(self.processor, "size"))["longest_edge"])
            view = view.then(Resized(size=after, resample=self.resample))
        side = dict(setting(self.processor, "max_image_size"))["longest_edge"]
        tile = Size(width=side, height=side)
        tiles: tuple[View, ...] = ()
        if setting(self.processor, "do_image_splitting"):
            view = view.then(Resized(size=_whole_tiles(view.size, side), resample=self.resample))
            tiles = tiled(view, tile) if view.size != tile else ()
        return (*tiles, view.then(Resized(size=tile, resample=self.resample)))

    @override
    def pack(self, batch: Batch) -> Tensors:
        """A question has a row of views, and a mask of the pixels that are none of them."""
        rows = [[view for views in pictures for view in views] for pictures in batch]
        pixels = filled_up(rows)
        counts = torch.tensor([len(row) for row in rows], device=pixels.device)
        real = torch.arange(pixels.shape[1], device=pixels.device) < counts[:, None]
        mask = real[:, :, None, None].expand(-1, -1, *pixels.shape[3:]).long()
        return {"pixel_values": pixels, "pixel_attention_mask": mask}

    @property
    @override
    def joint(self) -> Joint:
        return Joint(module=self.base.connector)

    @override
    def grid(self, size: Size) -> TokenGrid:
        """A block of patches that are shuffled together is a token."""
        side = self.config.vision_config.patch_size * self.config.scale_factor
        return views_grid(self.views(size), side)


def _longest_edge(size: Size, side: int) -> Size:
    """The longer side becomes `side`, the other in proportion and even."""
    shape = size.width / size.height
    if size.width >= size.height:
        height = int(side / shape)
        return Size(width=side, height=max(height + height % 2, 1))
    width = int(side * shape)
    return Size(width=max(width + width % 2, 1), height=side)


def _whole_tiles(size: Size, side: int) -> Size:
    """Both sides are rounded up to whole tiles, the shorter one from the longer."""
    shape = size.width / size.height
    if size.width >= size.height:
        width = math.ceil(size.width / side) * side
        return Size(width=width, height=math.ceil(int(width / shape) / side) * side)
    height = math.ceil(size.height / side) * side
    return Size(width=math.ceil(int(height * shape) / side) * side, height=height)
