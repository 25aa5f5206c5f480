"""Pixtral: the picture at its own shape, one token a patch, in the classes of LLaVA."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.models.families._clip import whole_grid
from deixis.models.families._pixtral import (
    VISION_INPUTS,
    pixtral_padded,
    pixtral_view,
    token_side,
)
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.nn.grid import TokenGrid
from deixis.nn.view import View


@final
class Pixtral(Family):
    """`mistral-community/pixtral-12b` and its kin."""

    convention: ClassVar[str] = "permille"
    vision_inputs: ClassVar[tuple[str, ...]] = VISION_INPUTS

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (pixtral_view(self.processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return pixtral_padded(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], token_side(self.processor))
