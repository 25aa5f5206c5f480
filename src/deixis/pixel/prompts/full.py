"""Numbers added to every pixel."""

from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from typing_extensions import override

from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt


@final
class Full(PixelPrompt):
    """All of the picture is overlaid; `width` says nothing here."""

    stored_name = "full"

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.numbers = self.started(3, layout.side, layout.side)

    @override
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        return shown + WHITE * self.numbers.to(shown)

    @property
    @override
    def touched(self) -> Bool[Tensor, "side side"]:
        return torch.ones(self.layout.side, self.layout.side, dtype=torch.bool)
