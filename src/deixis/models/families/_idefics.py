"""What Idefics3 and SmolVLM share: tiles of the picture made large, then the whole of it."""

import math
from typing import Any, ClassVar

import torch
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, views_grid
from deixis.core.view import Resample, Resized, View
from deixis.models.families._tiles import filled_up, setting, tiled
from deixis.models.family import Batch, Family, Joint
from deixis.models.language import Tensors

VISION_INPUTS = ("pixel_values", "pixel_attention_mask")


def idefics_views(processor: Any, resample: Resample, size: Size) -> tuple[View, ...]:
    """The tiles row by row and the whole picture; the whole alone where one tile is enough."""
    view = View(original=size, steps=())
    if setting(processor, "do_resize"):
        after = _longest_edge(size, dict(setting(processor, "size"))["longest_edge"])
        view = view.then(Resized(size=after, resample=resample))
    side = dict(setting(processor, "max_image_size"))["longest_edge"]
    tile = Size(width=side, height=side)
    tiles: tuple[View, ...] = ()
    if setting(processor, "do_image_splitting"):
        view = view.then(Resized(size=_whole_tiles(view.size, side), resample=resample))
        tiles = tiled(view, tile) if view.size != tile else ()
    return (*tiles, view.then(Resized(size=tile, resample=resample)))


def idefics_packed(batch: Batch) -> Tensors:
    """A row of views for each question, and a mask of the pixels that are none of them."""
    rows = [[view for views in pictures for view in views] for pictures in batch]
    pixels = filled_up(rows)
    counts = torch.tensor([len(row) for row in rows], device=pixels.device)
    real = torch.arange(pixels.shape[1], device=pixels.device) < counts[:, None]
    mask = real[:, :, None, None].expand(-1, -1, *pixels.shape[3:]).long()
    return {"pixel_values": pixels, "pixel_attention_mask": mask}


def idefics_grid(config: Any, views: tuple[View, ...]) -> TokenGrid:
    """A token for each block of patches that are shuffled together."""
    return views_grid(views, config.vision_config.patch_size * config.scale_factor)


def _longest_edge(size: Size, side: int) -> Size:
    """The longer side at `side`, the other in proportion and even."""
    shape = size.width / size.height
    if size.width >= size.height:
        height = int(side / shape)
        return Size(width=side, height=max(height + height % 2, 1))
    width = int(side * shape)
    return Size(width=max(width + width % 2, 1), height=side)


def _whole_tiles(size: Size, side: int) -> Size:
    """Both sides rounded up to whole tiles, the shorter one from the longer."""
    shape = size.width / size.height
    if size.width >= size.height:
        width = math.ceil(size.width / side) * side
        return Size(width=width, height=math.ceil(int(width / shape) / side) * side)
    height = math.ceil(size.height / side) * side
    return Size(width=math.ceil(int(height * shape) / side) * side, height=height)


class IdeficsFamily(Family):
    """Families that see tiles of the picture made large, then the whole."""

    convention: ClassVar[str] = "permille"
    vision_inputs: ClassVar[tuple[str, ...]] = VISION_INPUTS

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return idefics_views(self.processor, self.resample, size)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return idefics_packed(batch)

    @property
    @override
    def joint(self) -> Joint:
        return Joint(module=self.base.connector)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return idefics_grid(self.config, self.views(size))
