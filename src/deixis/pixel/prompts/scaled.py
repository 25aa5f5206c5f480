"""A frame around a picture whose size is learned too, as AutoVP has it (arXiv 2310.08381)."""

import math
from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.core.view import Resized, View, centre_window
from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt, sampled

LEAST = 0.1  # of the side, that the picture keeps


@final
class ScaledPrompt(PixelPrompt):
    """The whole square is learned, and the picture lies over its middle, shrunk by a learned share
    of the side: at first so that a frame of `width` is left. The share's gradient comes through
    the sampling of the picture and through its soft edge, a pixel wide.
    """

    stored_name = "scaled"

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        if 2 * layout.width >= layout.side * (1 - LEAST):
            raise UsageError(
                f"a frame of {layout.width} pixels leaves no room for a picture in {layout.side}"
            )
        self.numbers = self.started(3, layout.side, layout.side)
        share = (1 - 2 * layout.width / layout.side - LEAST) / (1 - LEAST)
        self.openness = nn.Parameter(torch.tensor(math.log(share / (1 - share))))

    @property
    def share(self) -> Float[Tensor, ""]:
        """The picture's side, of the whole one's."""
        return LEAST + (1 - LEAST) * torch.sigmoid(self.openness)

    @override
    def view(self, size: Size) -> View:
        side = max(1, round(self.layout.side * float(self.share.detach())))
        shrunk = Size(width=side, height=side)
        return self.placing(size).then(
            Resized(size=shrunk, resample="bilinear"), centre_window(shrunk, self.layout.size)
        )

    @override
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        share = self.share.to(shown)
        turn = torch.eye(2, 3, dtype=shown.dtype, device=shown.device) / share
        inside = covered(share, self.layout.side)
        return inside * sampled(shown, turn) + (1 - inside) * WHITE * self.numbers.to(shown)

    @property
    @override
    def touched(self) -> Bool[Tensor, "side side"]:
        return covered(self.share.detach(), self.layout.side)[0] < 1


def covered(share: Float[Tensor, ""], side: int) -> Float[Tensor, "1 side side"]:
    """How far each pixel lies in the middle square of that share: 0 to 1, soft over a pixel."""
    places = (torch.arange(side, dtype=share.dtype, device=share.device) + 0.5) * 2 / side - 1
    along = ((share - places.abs()) * side / 2 + 0.5).clamp(0, 1)
    return (along[:, None] * along[None])[None]
