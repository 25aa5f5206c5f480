"""Families that see one view of the picture, prepared as CLIP does: LLaVA, ViP-LLaVA, FastVLM,
PaliGemma.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, final

import torch
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, views_grid, whole_grid
from deixis.core.view import View
from deixis.models.family import Batch, Family
from deixis.models.family_table import FULL
from deixis.models.interface import Abilities, Question
from deixis.models.language import Tensors
from deixis.models.processor_view import clip_view


def stacked(batch: Batch) -> Tensors:
    """All views of all pictures are in one tensor."""
    views = [view for pictures in batch for views in pictures for view in views]
    return {"pixel_values": torch.stack(views)}


class OneViewFamily(Family):
    """Families that see one view of the picture, with a token a patch."""

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], self.config.vision_config.patch_size)


class SquareFamily(OneViewFamily):
    """LLaVA's kin: numbers are shares of the square that their processor shows of the picture."""

    dialect: ClassVar[str] = "padded_unit"

    @property
    @override
    def dialect_settings(self) -> dict[str, int | str]:
        """Whether the picture is made a square or loses its ends."""
        pictures = self.image_processor
        padded = getattr(pictures, "do_pad", False) or not pictures.do_center_crop
        return {"fit": "pad" if padded else "crop"}


@final
class LlavaFamily(SquareFamily):
    """`llava-hf/llava-1.5-*` and `llava-hf/vip-llava-*`, which reads several layers at once."""


@final
class FastVlmFamily(SquareFamily):
    """FastVLM, whose tower is convolutional: its processor tells what a token covers."""

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], self.processor.patch_size)

    @override
    def states(self, views: Sequence[View]) -> TokenGrid:
        return views_grid(views, self.processor.patch_size)


@final
class PaliGemmaFamily(OneViewFamily):
    """`google/paligemma*`: each token of the prompt sees all of the prompt, and the words are a
    task's, as "detect cat" or "answer en where is it?".
    """

    dialect: ClassVar[str] = "paligemma"
    abilities: ClassVar[Abilities] = replace(FULL, system=False, text_alone=False)
    answer_marks: ClassVar[dict[str, int]] = {"token_type_ids": 1}

    @override
    def prompt(self, question: Question) -> str:
        return self.processor.image_token * len(question.pictures) + question.text
