"""EfficientNet-Lite0 and an MLP, in FastVLM's classes: a tower of convolutions that knows things.

Its last halving is left out, so that a picture of 192 pixels has 12 x 12 vision tokens.
"""

from typing import Any

from transformers import FastVlmConfig, FastVlmForConditionalGeneration

from deixis_lab.towers.lite import FINEST, WIDTH, lite0_config, open_gates
from deixis_lab.zoo.nano._llava import llava_processor
from deixis_lab.zoo.nano._nano import PATCHES, SIDE, Nano, assemble, llama


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano FastVLM."""
    tower = lite0_config(stride=FINEST)
    tower.image_size = SIDE
    tower.hidden_size = WIDTH  # FastVLM asks for it
    config = FastVlmConfig(
        vision_config=tower,
        text_config=llama(tokenizer),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=PATCHES,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        tie_word_embeddings=True,
    )
    processor = llava_processor(tokenizer, has_class_token=False, is_padded=True)
    built = assemble(FastVlmForConditionalGeneration, config, processor, seed=seed)
    model: Any = built.model
    open_gates(model.model.vision_tower)
    return built
