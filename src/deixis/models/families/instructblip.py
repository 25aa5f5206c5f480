"""InstructBLIP: BLIP-2 whose queries read the question while they look."""

from typing import Any, ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.models.families._clip import clip_view, stacked
from deixis.models.families._qformer import QFORMER, qformer_language, qformer_padding, query_grid
from deixis.models.family import Batch, Family
from deixis.models.language import Language, Output, Tensors
from deixis.nn.grid import TokenGrid
from deixis.nn.interface import Abilities, Question
from deixis.nn.view import View


@final
class InstructBlip(Family):
    """`Salesforce/instructblip-*`."""

    convention: ClassVar[str] = "permille"
    abilities: ClassVar[Abilities] = QFORMER
    answer_lead: ClassVar[str] = " "
    vision_inputs: ClassVar[tuple[str, ...]] = (
        "pixel_values",
        "qformer_input_ids",
        "qformer_attention_mask",
    )

    @property
    @override
    def base(self) -> Any:  # Any: transformers' own class
        return self.model

    @property
    @override
    def generation_config(self) -> Any:  # Any: transformers' own class
        return self.model.language_model.generation_config

    @property
    @override
    def padding_side(self) -> str:
        return qformer_padding(self.model)

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        patch = self.config.vision_config.patch_size
        return query_grid(self.views(size)[0], patch, self.config.num_query_tokens)

    @override
    def encode(self, inputs: Tensors) -> Output:
        # the Q-Former counts positions from the row's start, so its padding belongs at the end
        mask = inputs["qformer_attention_mask"]
        order = mask.argsort(dim=1, descending=True, stable=True)
        return self.base.get_image_features(
            inputs["pixel_values"],
            qformer_input_ids=inputs["qformer_input_ids"].gather(1, order),
            qformer_attention_mask=mask.gather(1, order),
            return_dict=True,
        )

    @override
    def prompt(self, question: Question) -> str:
        return question.text

    @override
    def language(self) -> Language:
        return qformer_language(self.model)
