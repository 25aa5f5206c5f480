"""ViP-LLaVA: LLaVA that reads several layers of its encoder at once."""

from typing import final

from deixis.models.families._clip import ClipFamily


@final
class VipLlava(ClipFamily):
    """`llava-hf/vip-llava-*`."""
