"""PaliGemma: one view of the picture; each token of the prompt sees all of the prompt."""

from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, whole_grid
from deixis.core.view import View
from deixis.models.families._clip import stacked
from deixis.models.family import Batch, Family
from deixis.models.family_table import FULL
from deixis.models.interface import Abilities, Question
from deixis.models.language import Tensors
from deixis.models.processor_view import clip_view


@final
class PaliGemma(Family):
    """`google/paligemma*`. The words are a task's: "detect cat", "answer en where is it?"."""

    convention: ClassVar[str] = "paligemma"
    abilities: ClassVar[Abilities] = replace(FULL, system=False, text_alone=False)
    answer_marks: ClassVar[dict[str, int]] = {"token_type_ids": 1}

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return whole_grid(self.views(size)[0], self.config.vision_config.patch_size)

    @override
    def prompt(self, question: Question) -> str:
        return self.processor.image_token * len(question.pictures) + question.text
