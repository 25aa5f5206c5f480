"""A tower of convolutions without attention (FocalNet) and an MLP, in LLaVA's classes."""

from typing import Any

from transformers import FocalNetConfig, LlavaConfig, LlavaForConditionalGeneration

from deixis_lab.zoo.nano._llava import llava_processor
from deixis_lab.zoo.nano._nano import PATCH, PATCHES, SIDE, WIDTH, Nano, assemble, llama


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano LLaVA whose 12 x 12 vision tokens come from gated depthwise convolutions."""
    tower = FocalNetConfig(
        image_size=SIDE,
        patch_size=PATCH,  # of a token in the end: the stem's stride is 4, the later stages' 2
        embed_dim=WIDTH // 4,
        use_conv_embed=True,
        hidden_sizes=[WIDTH // 4, WIDTH // 2, WIDTH],
        depths=[2, 3, 5],
        focal_levels=[2, 2, 2],
        focal_windows=[3, 3, 3],
        mlp_ratio=4.0,
        drop_path_rate=0.0,
    )
    tower.hidden_size = WIDTH  # LLaVA asks for it
    config = LlavaConfig(
        vision_config=tower,
        text_config=llama(tokenizer),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=PATCHES,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        tie_word_embeddings=True,
    )
    processor = llava_processor(tokenizer, has_class_token=False)
    return assemble(LlavaForConditionalGeneration, config, processor, seed=seed)
