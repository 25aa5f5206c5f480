"""Qwen2-VL: the picture at its own shape, two by two patches a token."""

from typing import ClassVar, final

from deixis.models.families._qwen import QwenFamily


@final
class Qwen2Vl(QwenFamily):
    """`Qwen/Qwen2-VL-*` and its kin."""

    convention: ClassVar[str] = "qwen2_vl"
