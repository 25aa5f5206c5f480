"""What families share that see one view of the picture, prepared as CLIP does."""

from typing import Any, ClassVar

import torch
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, whole_grid
from deixis.core.view import View
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.models.processor_view import clip_view


def square_fit(processor: Any) -> dict[str, int | str]:  # Any: a transformers image processor
    """Which square of the picture its numbers are shares of: what the processor shows of it."""
    padded = getattr(processor, "do_pad", False) or not processor.do_center_crop
    return {"fit": "pad" if padded else "crop"}


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
