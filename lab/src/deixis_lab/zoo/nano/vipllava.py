"""A hybrid ViT, four of its states joined, and an MLP: ViP-LLaVA.

Its tower is DPT's: convolutions (BiT) below, attention above. From the same number of pictures it
learned to name several times as many patches as a plain CLIP tower did (docs/log.md).
"""

from typing import Any

from transformers import BitConfig, DPTConfig, VipLlavaConfig, VipLlavaForConditionalGeneration

from deixis_lab.zoo.nano._llava import llava_processor
from deixis_lab.zoo.nano._nano import PATCH, PATCHES, SIDE, WIDTH, Nano, assemble, llama

READ_LAYERS = (-1, -2, -3, -5)  # hidden states 4, 3, 2 and 0, the convolutions' own, of 0..4
STEM = (32, 64, 96, WIDTH)  # channels of the convolutions at strides 4, 4, 8 and 16


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano ViP-LLaVA of 12 x 12 vision tokens."""
    stem, *stages = STEM
    convolutions = BitConfig(
        embedding_size=stem,
        hidden_sizes=stages,
        depths=[2, 2, 2],
        num_groups=8,
        out_features=["stem", "stage2", "stage3"],  # type: ignore[call-arg]  # as it is documented
    )
    tower = DPTConfig(
        is_hybrid=True,
        backbone_config=convolutions,
        backbone_featmap_shape=[1, stages[-1], SIDE // PATCH, SIDE // PATCH],
        hidden_size=WIDTH,
        num_hidden_layers=4,
        num_attention_heads=6,
        intermediate_size=4 * WIDTH,
        image_size=SIDE,
        patch_size=PATCH,
        layer_norm_eps=1e-5,
    )
    config = VipLlavaConfig(
        vision_config=tower,
        text_config=llama(tokenizer),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=PATCHES,
        vision_feature_layer=list(READ_LAYERS),
        tie_word_embeddings=True,
    )
    processor = llava_processor(tokenizer, has_class_token=True)
    return assemble(VipLlavaForConditionalGeneration, config, processor, seed=seed)
