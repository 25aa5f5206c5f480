"""Idefics3: a grid of tiles and the whole picture, read by Llama."""

from typing import final

from deixis.models.families._idefics import IdeficsFamily


@final
class Idefics3(IdeficsFamily):
    """`HuggingFaceM4/Idefics3-*`."""
