"""SmolVLM: Idefics3 made small, more patches to a token."""

from typing import final

from deixis.models.families._idefics import IdeficsFamily


@final
class SmolVlm(IdeficsFamily):
    """`HuggingFaceTB/SmolVLM*`."""
