"""LLaVA-NeXT: the whole picture and a few tiles of it."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid
from deixis.core.view import View
from deixis.models.families._anyres import anyres_grid, anyres_views
from deixis.models.families._tiles import filled_up
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors


@final
class LlavaNext(Family):
    """`llava-hf/llava-v1.6-*` and its kin."""

    convention: ClassVar[str] = "padded_unit"
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "image_sizes")

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return anyres_views(self.config, self.resample, size)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return {"pixel_values": filled_up([views for pictures in batch for views in pictures])}

    @override
    def grid(self, size: Size) -> TokenGrid:
        return anyres_grid(self.config, self.resample, size)
