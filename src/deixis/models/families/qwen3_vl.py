"""Qwen3-VL: Qwen2-VL whose early layers also reach into the decoder."""

from typing import ClassVar, final

from deixis.models.families._qwen import QwenFamily


@final
class Qwen3Vl(QwenFamily):
    """`Qwen/Qwen3-VL-*` and its kin."""

    convention: ClassVar[str] = "qwen3_vl"
