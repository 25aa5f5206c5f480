"""A square patch added anywhere, VP's random patch (arXiv 2203.17274)."""

import hashlib
from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

from deixis.pixel.prompts._prompt import WHITE, Layout, PixelPrompt


@final
class RandomPatch(PixelPrompt):
    """A patch of `width` pixels a side; where it lies is drawn from the picture's own pixels, so
    that a picture has it in one place always, and other pictures elsewhere.
    """

    stored_name = "random_patch"
    usual_width: ClassVar[int] = 50

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.numbers = self.started(3, layout.width, layout.width)

    @override
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        rest = self.layout.side - self.layout.width
        left, top = self._place(shown, rest)
        around = (left, rest - left, top, rest - top)
        return shown + WHITE * functional.pad(self.numbers, around).to(shown)

    @property
    @override
    def touched(self) -> None:
        return None

    def _place(self, shown: Float[Tensor, "3 side side"], rest: int) -> tuple[int, int]:
        seen = shown.detach().float().cpu().contiguous().numpy().tobytes()
        drawn = hashlib.sha256(str(self.layout.seed).encode() + seen).digest()
        first, second = (int.from_bytes(drawn[i : i + 8], "little") for i in (0, 8))
        return first % (rest + 1), second % (rest + 1)
