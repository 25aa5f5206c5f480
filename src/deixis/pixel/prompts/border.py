"""A frame added to the border of the whole picture, as VP has it (arXiv 2203.17274)."""

from typing import final

from jaxtyping import Bool, Float
from torch import Tensor
from typing_extensions import override

from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt, border, spread


@final
class Border(PixelPrompt):
    """The picture keeps its size; its border of 30 pixels is overlaid."""

    stored_name = "border"

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.where = border(layout.side, layout.width)
        self.numbers = self.started(3, int(self.where.sum()))

    @override
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        return shown + spread(WHITE * self.numbers, self.where).to(shown)

    @property
    @override
    def touched(self) -> Bool[Tensor, "side side"]:
        return self.where
