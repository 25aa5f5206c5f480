"""Numbers added to the picture at its own size: a border, all of it, or a patch (VP's three)."""

import hashlib
from abc import abstractmethod
from typing import ClassVar, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt, border, spread


@final
class BorderOverlay(PixelPrompt):
    """The border of the whole picture, 30 pixels wide, is overlaid (arXiv 2203.17274)."""

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


@final
class FullOverlay(PixelPrompt):
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


class PatchOverlay(PixelPrompt):
    """A patch of `width` pixels a side is overlaid somewhere."""

    usual_width: ClassVar[int] = 50

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.numbers = self.started(3, layout.width, layout.width)

    @override
    @final
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        rest = self.layout.side - self.layout.width
        left, top = self.place(shown, rest)
        around = (left, rest - left, top, rest - top)
        return shown + WHITE * functional.pad(self.numbers, around).to(shown)

    @abstractmethod
    def place(self, shown: Float[Tensor, "3 side side"], rest: int) -> tuple[int, int]:
        """Its left and its upper edge, each within 0..rest."""


@final
class FixedPatch(PatchOverlay):
    """The patch always lies in the upper left corner."""

    stored_name = "fixed_patch"

    @override
    def place(self, shown: Float[Tensor, "3 side side"], rest: int) -> tuple[int, int]:
        return 0, 0

    @property
    @override
    def touched(self) -> Bool[Tensor, "side side"]:
        where = torch.zeros(self.layout.side, self.layout.side, dtype=torch.bool)
        where[: self.layout.width, : self.layout.width] = True
        return where


@final
class RandomPatch(PatchOverlay):
    """Where the patch lies is drawn from the picture's own pixels, so that a picture has it in one
    place always, and other pictures elsewhere.
    """

    stored_name = "random_patch"

    @override
    def place(self, shown: Float[Tensor, "3 side side"], rest: int) -> tuple[int, int]:
        seen = shown.detach().float().cpu().contiguous().numpy().tobytes()
        drawn = hashlib.sha256(str(self.layout.seed).encode() + seen).digest()
        first, second = (int.from_bytes(drawn[i : i + 8], "little") for i in (0, 8))
        return first % (rest + 1), second % (rest + 1)

    @property
    @override
    def touched(self) -> None:
        return None
