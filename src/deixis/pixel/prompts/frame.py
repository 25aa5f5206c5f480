"""A frame around the shrunk picture, as TVP and EVP have it (arXiv 2404.11207, 2212.10556)."""

from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.core.view import View, centre_window
from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt, border, cut_to, spread


@final
class FramePrompt(PixelPrompt):
    """The picture is cut to the inner square, with 30 pixels in 224 to 164, and left untouched to
    the bit; the frame around it holds the learned numbers alone, 3 · (224² - 164²) = 69,840.
    """

    stored_name = "frame"

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        if 2 * layout.width >= layout.side:
            raise UsageError(
                f"a frame of {layout.width} pixels leaves no room for a picture in {layout.side}"
            )
        self.where = border(layout.side, layout.width)
        self.numbers = self.started(3, int(self.where.sum()))

    @property
    def inner(self) -> Size:
        """Of the picture inside."""
        side = self.layout.side - 2 * self.layout.width
        return Size(width=side, height=side)

    @override
    def placing(self, size: Size) -> View:
        return cut_to(size, self.inner, self.layout.crop).then(
            centre_window(self.inner, self.layout.size)
        )

    @override
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        learned = spread(WHITE * self.numbers, self.where)
        return torch.where(self.where.to(shown.device), learned.to(shown), shown)

    @property
    @override
    def touched(self) -> Bool[Tensor, "side side"]:
        return self.where
