"""InstructBLIP: BLIP-2 whose queries read the question while they look."""

from typing import ClassVar, final

from typing_extensions import override

from deixis.models.families._qformer import QFormerFamily
from deixis.models.language import Output, Tensors


@final
class InstructBlip(QFormerFamily):
    """`Salesforce/instructblip-*`."""

    vision_inputs: ClassVar[tuple[str, ...]] = (
        "pixel_values",
        "qformer_input_ids",
        "qformer_attention_mask",
    )

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
