"""SmolVLM: Idefics3 made small, more patches to a token."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.models.families._idefics import (
    VISION_INPUTS,
    idefics_grid,
    idefics_packed,
    idefics_views,
)
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.nn.grid import TokenGrid
from deixis.nn.view import View


@final
class SmolVlm(Family):
    """`HuggingFaceTB/SmolVLM*`."""

    convention: ClassVar[str] = "permille"
    vision_inputs: ClassVar[tuple[str, ...]] = VISION_INPUTS

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return idefics_views(self.processor, self.resample, size)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return idefics_packed(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return idefics_grid(self.config, self.views(size))
