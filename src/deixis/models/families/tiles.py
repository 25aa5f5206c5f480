"""What families that look through tiles share: the cutting, and tensors of tiles."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from deixis.core.size import Size
from deixis.core.view import View, Windowed
from deixis.models.family import Viewed


def setting(processor: Any, name: str) -> Any:  # Any: a transformers processor and its settings
    """What the image processor is told: the processor's own default goes before its attribute."""
    return processor.images_kwargs.get(name, getattr(processor.image_processor, name))


def tiled(canvas: View, tile: Size) -> tuple[View, ...]:
    """A canvas cut in tiles, row by row; the last ones are smaller where it is not a multiple."""
    width, height = canvas.size.width, canvas.size.height
    windows = [
        Windowed(
            left=left,
            top=top,
            size=Size(width=min(tile.width, width - left), height=min(tile.height, height - top)),
        )
        for top in range(0, height, tile.height)
        for left in range(0, width, tile.width)
    ]
    return tuple(canvas.then(window) for window in windows)


def filled_up(rows: Sequence[Sequence[Viewed]]) -> Tensor:
    """Rows of views in one tensor, the shorter rows filled up with zeros."""
    longest = max(len(row) for row in rows)
    return torch.stack(
        [
            functional.pad(torch.stack(list(row)), (0, 0, 0, 0, 0, 0, 0, longest - len(row)))
            for row in rows
        ]
    )
