"""Gemma 3: one square view of the picture, a block of patches averaged to a token."""

import math
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import UnsupportedError
from deixis.core.size import Size
from deixis.models.families._clip import clip_view, stacked, whole_grid
from deixis.models.families._tiles import setting
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.nn.grid import TokenGrid
from deixis.nn.view import View


@final
class Gemma3(Family):
    """`google/gemma-3-*` of 4 billion parameters and more."""

    convention: ClassVar[str] = "permille"

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        if setting(self.processor, "do_pan_and_scan"):
            raise UnsupportedError(
                "Deixis does not follow Gemma 3's pan and scan to tensors and token places; "
                "set do_pan_and_scan to False in the processor's images_kwargs"
            )
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        (view,) = self.views(size)
        return whole_grid(view, view.size.width // math.isqrt(self.config.mm_tokens_per_image))
