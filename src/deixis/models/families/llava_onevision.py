"""LLaVA-OneVision: many tiles of a picture that is alone, one view of one that is not."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, cells
from deixis.core.view import View
from deixis.models.families._anyres import anyres_grid, anyres_views
from deixis.models.families._tiles import filled_up
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.models.processor_view import clip_view


@final
class LlavaOnevision(Family):
    """`llava-hf/llava-onevision-*` and its kin."""

    convention: ClassVar[str] = "padded_unit"
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "image_sizes", "batch_num_images")

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return anyres_views(self.config, self.resample, size)

    @override
    def views_beside_others(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return {"pixel_values": filled_up([views for pictures in batch for views in pictures])}

    @override
    def grid(self, size: Size) -> TokenGrid:
        limit = int(self.config.vision_aspect_ratio.removeprefix("anyres_max_"))
        return anyres_grid(self.config, self.resample, size, most_tiles=limit)

    @override
    def grid_beside_others(self, size: Size) -> TokenGrid:
        (view,) = self.views_beside_others(size)
        only = cells(view, self.config.vision_config.patch_size)
        return TokenGrid(size=size, num_tokens=only.tokens.size + 1, views=(only,))  # and a newline
