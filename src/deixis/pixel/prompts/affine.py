"""The picture moved, recoloured and overlaid, in the manner of ACAVP (affine, colour, additive)."""

from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.view import Resized, View, Windowed
from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt, border, sampled, spread

LEAST = 0.05  # of its length, that a side keeps in what is said of places


@final
class AffinePrompt(PixelPrompt):
    """An affine map of the places (6 numbers), one of the colours (12), and a border added last.
    Before training both are the identity.
    """

    stored_name = "affine"

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.where = border(layout.side, layout.width)
        self.numbers = self.started(3, int(self.where.sum()))
        self.moves = nn.Parameter(torch.zeros(2, 3))
        self.colours = nn.Parameter(torch.zeros(3, 4))

    @override
    def view(self, size: Size) -> View:
        """Turns and slants are left out of it: only the sides' lengths and the shift are told."""
        theta = torch.eye(2, 3) + self.moves.detach().cpu().float()
        (across, _, right), (_, down, low) = theta.tolist()
        side = self.layout.side
        lengths = [max(LEAST, min(abs(1 / s), 1 / LEAST)) if s else 1.0 for s in (across, down)]
        size_after = Size(
            width=max(1, round(side * lengths[0])), height=max(1, round(side * lengths[1]))
        )
        centre = [
            side / 2 * (1 - shift * part) for shift, part in zip((right, low), lengths, strict=True)
        ]
        window = Windowed(
            left=round(size_after.width / 2 - centre[0]),
            top=round(size_after.height / 2 - centre[1]),
            size=self.layout.size,
        )
        return self.placing(size).then(Resized(size=size_after, resample="bilinear"), window)

    @override
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        moved = sampled(shown, torch.eye(2, 3).to(shown) + self.moves.to(shown))
        colours = self.colours.to(shown)
        mixed = torch.einsum("oc,chw->ohw", colours[:, :3], moved)
        recoloured = moved + mixed + WHITE * colours[:, 3, None, None]
        return recoloured + spread(WHITE * self.numbers, self.where).to(shown)

    @property
    @override
    def touched(self) -> Bool[Tensor, "side side"]:
        return torch.ones(self.layout.side, self.layout.side, dtype=torch.bool)
