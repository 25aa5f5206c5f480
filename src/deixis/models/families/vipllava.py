"""ViP-LLaVA: LLaVA that reads several layers of its encoder at once."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.models.families._clip import clip_view, square_fit, stacked, whole_grid
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.nn.grid import TokenGrid
from deixis.nn.view import View


@final
class VipLlava(Family):
    """`llava-hf/vip-llava-*`."""

    convention: ClassVar[str] = "padded_unit"

    @property
    @override
    def convention_settings(self) -> dict[str, int | str]:
        return square_fit(self.image_processor)

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], self.config.vision_config.patch_size)
