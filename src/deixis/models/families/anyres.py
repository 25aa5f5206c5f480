"""LLaVA-NeXT and LLaVA-OneVision: the whole picture, then tiles of the canvas that suits it best.

The tiles' tokens are put together to one map again. Its rows and columns that are all padding are
dropped, and a newline token follows each row that is left.
"""

import math
from typing import ClassVar, final

import numpy as np
from transformers.image_processing_utils import select_best_resolution
from typing_extensions import override

from deixis.core import transform
from deixis.core.size import Size
from deixis.core.token_grid import GridView, TokenGrid, cells
from deixis.core.view import Resized, View, Windowed
from deixis.models.families.tiles import filled_up, tiled
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.models.processor_view import clip_view

SHRINK_FROM = 1.1  # both models' own: a map hardly over its limit stays as it is


class AnyResFamily(Family):
    """What both share."""

    dialect: ClassVar[str] = "padded_unit"
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "image_sizes", "batch_num_images")

    @property
    def most_tiles(self) -> int | None:
        """The map keeps at most that many tiles' worth of tokens; None: all."""
        return None

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        """The whole picture comes first, then its tiles row by row."""
        whole = View(original=size, steps=(Resized(size=self._tile, resample=self.resample),))
        return (whole, *tiled(self._canvas(size), self._tile))

    @override
    def pack(self, batch: Batch) -> Tensors:
        return {"pixel_values": filled_up([views for pictures in batch for views in pictures])}

    @override
    def grid(self, size: Size) -> TokenGrid:
        """The whole picture's tokens come first, then the map's."""
        whole, *tiles = self.views(size)
        patch = self.config.vision_config.patch_size
        first, canvas = cells(whole, patch), self._canvas(size)
        side = len(first.tokens)
        across, down = (
            canvas.size.width // whole.size.width,
            canvas.size.height // whole.size.height,
        )
        full = Size(width=across * side, height=down * side)
        wide = size.width / size.height > full.width / full.height
        left = 0 if wide else _margin(full.width, size.width * (full.height / size.height))
        top = _margin(full.height, size.height * (full.width / size.width)) if wide else 0
        kept_rows, kept_columns = full.height - 2 * top, full.width - 2 * left
        shrink = 1.0
        if self.most_tiles is not None:
            ratio = math.sqrt(kept_rows * kept_columns / (self.most_tiles * side**2))
            shrink = ratio if ratio > SHRINK_FROM else 1.0
        rows, columns = int(kept_rows // shrink), int(kept_columns // shrink)
        num_shown = rows * (columns + 1)
        numbers = first.tokens.size + np.arange(num_shown).reshape(rows, columns + 1)
        numbers = numbers[:, :-1]  # the last of each row is its newline
        if shrink == 1:
            numbers = np.pad(numbers, ((top, top), (left, left)), constant_values=-1)
            blocks = (
                numbers.reshape(down, side, across, side).swapaxes(1, 2).reshape(-1, side, side)
            )
            places = [cells(tile, patch).transform for tile in tiles]
            views = [GridView(transform=t, tokens=b) for t, b in zip(places, blocks, strict=True)]
        else:
            kept = Size(width=kept_columns, height=kept_rows)
            on_map = canvas.transform.then(transform.resize(canvas.size, full))
            on_map = on_map.then(transform.crop(full, left=left, top=top, after=kept))
            views = [GridView(transform=on_map, tokens=numbers)]
        return TokenGrid(size=size, num_tokens=first.tokens.size + num_shown, views=(first, *views))

    @property
    def _tile(self) -> Size:
        side = self.config.vision_config.image_size
        return Size(width=side, height=side)

    def _canvas(self, size: Size) -> View:
        """The picture lies in the middle of the size that suits it best, as large as it goes."""
        sizes = self.config.image_grid_pinpoints
        height, width = select_best_resolution((size.height, size.width), sizes)
        across, down = width / size.width, height / size.height
        inside = Size(
            width=width if across < down else min(math.ceil(size.width * down), width),
            height=height if across >= down else min(math.ceil(size.height * across), height),
        )
        left, top = (width - inside.width) // 2, (height - inside.height) // 2
        pad = Windowed(left=-left, top=-top, size=Size(width=width, height=height))
        return View(original=size, steps=(Resized(size=inside, resample=self.resample), pad))


def _margin(cells_along: int, filled: float) -> int:
    """Cells on each side that are padding alone."""
    return (cells_along - int(round(filled, 7))) // 2


@final
class LlavaNextFamily(AnyResFamily):
    """`llava-hf/llava-v1.6-*` and its kin, whose map is kept whole."""


@final
class LlavaOnevisionFamily(AnyResFamily):
    """`llava-hf/llava-onevision-*` and its kin, with one view of a picture that is not alone."""

    @property
    @override
    def most_tiles(self) -> int:
        return int(self.config.vision_aspect_ratio.removeprefix("anyres_max_"))

    @override
    def views_beside_others(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def grid_beside_others(self, size: Size) -> TokenGrid:
        (view,) = self.views_beside_others(size)
        only = cells(view, self.config.vision_config.patch_size)
        return TokenGrid(size=size, num_tokens=only.tokens.size + 1, views=(only,))  # and a newline
