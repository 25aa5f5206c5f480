"""What LLaVA-NeXT and LLaVA-OneVision share: the whole picture, then tiles of the best canvas.

The tiles' tokens are put together to one map again. Its rows and columns that are all padding are
dropped, and a newline token follows each row that is left.
"""

import math
from typing import Any

import numpy as np
from transformers.image_processing_utils import select_best_resolution

from deixis.core import transform
from deixis.core.size import Size
from deixis.core.token_grid import GridView, TokenGrid, cells
from deixis.core.view import Resample, Resized, View, Windowed
from deixis.models.families._tiles import tiled

SHRINK_FROM = 1.1  # both models' own: a map hardly over its limit stays as it is


def anyres_views(config: Any, resample: Resample, size: Size) -> tuple[View, ...]:
    """The whole picture, then its tiles row by row."""
    tile = _tile(config)
    whole = View(original=size, steps=(Resized(size=tile, resample=resample),))
    return (whole, *tiled(_canvas(config, resample, size), tile))


def anyres_grid(
    config: Any,  # Any: LlavaNextConfig or LlavaOnevisionConfig
    resample: Resample,
    size: Size,
    *,
    most_tiles: int | None = None,
) -> TokenGrid:
    """The whole picture's tokens, then the map's, which keeps at most `most_tiles` tiles' worth."""
    whole, *tiles = anyres_views(config, resample, size)
    first = cells(whole, config.vision_config.patch_size)
    side, canvas = len(first.tokens), _canvas(config, resample, size)
    across, down = canvas.size.width // whole.size.width, canvas.size.height // whole.size.height
    full = Size(width=across * side, height=down * side)
    wide = size.width / size.height > full.width / full.height
    left = 0 if wide else _margin(full.width, size.width * (full.height / size.height))
    top = _margin(full.height, size.height * (full.width / size.width)) if wide else 0
    kept_rows, kept_columns = full.height - 2 * top, full.width - 2 * left
    shrink = 1.0
    if most_tiles is not None:
        ratio = math.sqrt(kept_rows * kept_columns / (most_tiles * side**2))
        shrink = ratio if ratio > SHRINK_FROM else 1.0
    rows, columns = int(kept_rows // shrink), int(kept_columns // shrink)
    num_shown = rows * (columns + 1)
    numbers = first.tokens.size + np.arange(num_shown).reshape(rows, columns + 1)
    numbers = numbers[:, :-1]  # the last of each row is its newline
    if shrink == 1:
        numbers = np.pad(numbers, ((top, top), (left, left)), constant_values=-1)
        blocks = numbers.reshape(down, side, across, side).swapaxes(1, 2).reshape(-1, side, side)
        places = [cells(tile, config.vision_config.patch_size).transform for tile in tiles]
        views = [GridView(transform=t, tokens=b) for t, b in zip(places, blocks, strict=True)]
    else:
        kept = Size(width=kept_columns, height=kept_rows)
        on_map = canvas.transform.then(transform.resize(canvas.size, full))
        on_map = on_map.then(transform.crop(full, left=left, top=top, after=kept))
        views = [GridView(transform=on_map, tokens=numbers)]
    return TokenGrid(size=size, num_tokens=first.tokens.size + num_shown, views=(first, *views))


def _tile(config: Any) -> Size:
    side = config.vision_config.image_size
    return Size(width=side, height=side)


def _canvas(config: Any, resample: Resample, size: Size) -> View:
    """The picture in the middle of the size that suits it best, as large as it goes."""
    height, width = select_best_resolution((size.height, size.width), config.image_grid_pinpoints)
    across, down = width / size.width, height / size.height
    inside = Size(
        width=width if across < down else min(math.ceil(size.width * down), width),
        height=height if across >= down else min(math.ceil(size.height * across), height),
    )
    left, top = (width - inside.width) // 2, (height - inside.height) // 2
    pad = Windowed(left=-left, top=-top, size=Size(width=width, height=height))
    return View(original=size, steps=(Resized(size=inside, resample=resample), pad))


def _margin(cells_along: int, filled: float) -> int:
    """Cells on each side that are padding alone."""
    return (cells_along - int(round(filled, 7))) // 2
