"""Qwen2.5-VL: Qwen2-VL that points in pixels of the resized picture."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.models.families._clip import whole_grid
from deixis.models.families._qwen import qwen_patches, qwen_sizing, qwen_view
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.nn.grid import TokenGrid
from deixis.nn.view import View


@final
class Qwen25Vl(Family):
    """`Qwen/Qwen2.5-VL-*` and its kin."""

    convention: ClassVar[str] = "qwen2_5_vl"
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "image_grid_thw")
    shared_inputs: ClassVar[tuple[str, ...]] = ("image_grid_thw",)

    @property
    @override
    def convention_settings(self) -> dict[str, int | str]:
        return dict(qwen_sizing(self.image_processor))

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (qwen_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return qwen_patches(self.image_processor, batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        side = qwen_sizing(self.image_processor)["factor"]
        return whole_grid(self.views(size)[0], side)
