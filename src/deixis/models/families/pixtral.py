"""Pixtral and Mistral 3: a picture at its own shape, padded only to its neighbours."""

import math
from typing import ClassVar, final

import torch
from torch.nn import functional
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, whole_grid
from deixis.core.view import Resized, View
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors


@final
class PixtralFamily(Family):
    """`mistral-community/pixtral-12b` in the classes of LLaVA, with a token a patch, and
    `mistralai/Mistral-Small-3.1-24B-Instruct-2503`, with two by two patches a token, and their kin.
    """

    dialect: ClassVar[str] = "permille"
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "image_sizes")

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        """The picture is seen within the longest sides, its own rounded up to whole tokens."""
        view, pictures = View(original=size, steps=()), self.image_processor
        if not pictures.do_resize:
            return (view,)
        after = _whole_tokens(_within(size, dict(pictures.size)), self._token_side)
        return (view.then(Resized(size=after, resample=self.resample)),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        """All pictures lie at the upper left of one tensor; their heights and widths are told."""
        views = [view for pictures in batch for views in pictures for view in views]
        sizes = torch.tensor([view.shape[1:] for view in views], device=views[0].device)
        height, width = sizes.amax(dim=0).tolist()
        padded = [
            functional.pad(view, (0, width - view.shape[2], 0, height - view.shape[1]))
            for view in views
        ]
        return {"pixel_values": torch.stack(padded), "image_sizes": sizes}

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], self._token_side)

    @property
    def _token_side(self) -> int:
        """In pixels of the view."""
        side: int = self.processor.patch_size * self.processor.spatial_merge_size
        return side


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
