"""Families that see one view of the picture, prepared as CLIP does: LLaVA, ViP-LLaVA, PaliGemma."""

from dataclasses import replace
from typing import ClassVar, final

import torch
from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, whole_grid
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


@final
class LlavaFamily(OneViewFamily):
    """`llava-hf/llava-1.5-*` and `llava-hf/vip-llava-*`, which reads several layers at once."""

    dialect: ClassVar[str] = "padded_unit"

    @property
    @override
    def dialect_settings(self) -> dict[str, int | str]:
        """Numbers are shares of a square: of what the processor shows of the picture."""
        pictures = self.image_processor
        padded = getattr(pictures, "do_pad", False) or not pictures.do_center_crop
        return {"fit": "pad" if padded else "crop"}


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
