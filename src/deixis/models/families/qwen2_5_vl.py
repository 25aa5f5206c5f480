"""Qwen2.5-VL: Qwen2-VL that points in pixels of the resized picture."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.models.families._qwen import QwenFamily, qwen_sizing


@final
class Qwen25Vl(QwenFamily):
    """`Qwen/Qwen2.5-VL-*` and its kin."""

    convention: ClassVar[str] = "qwen2_5_vl"

    @property
    @override
    def convention_settings(self) -> dict[str, int | str]:
        return dict(qwen_sizing(self.image_processor))
