"""LLaVA 1.5: one view of the picture, one token a patch."""

from typing import final

from deixis.models.families._clip import ClipFamily


@final
class Llava(ClipFamily):
    """`llava-hf/llava-1.5-*` and its kin."""
