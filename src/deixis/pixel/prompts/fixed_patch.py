"""A square patch added in the upper left corner, VP's fixed patch (arXiv 2203.17274)."""

from typing import ClassVar, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt


@final
class FixedPatch(PixelPrompt):
    """A patch of `width` pixels a side, always in one place."""

    stored_name = "fixed_patch"
    usual_width: ClassVar[int] = 50

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.numbers = self.started(3, layout.width, layout.width)

    @override
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        rest = self.layout.side - self.layout.width
        return shown + WHITE * functional.pad(self.numbers, (0, rest, 0, rest)).to(shown)

    @property
    @override
    def touched(self) -> Bool[Tensor, "side side"]:
        where = torch.zeros(self.layout.side, self.layout.side, dtype=torch.bool)
        where[: self.layout.width, : self.layout.width] = True
        return where
