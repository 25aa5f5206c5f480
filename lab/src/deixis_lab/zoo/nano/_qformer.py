"""What BLIP-2 and InstructBLIP share: a tower, a Q-Former and a language side of the same sizes."""

from dataclasses import dataclass
from typing import Any, final

from transformers import BlipImageProcessorPil

from deixis_lab.zoo.nano._nano import (
    QFORMER_LAYERS,
    QUERIES,
    TEXT_WIDTH,
    Nano,
    assemble,
    llama,
    square_pictures,
    vision_settings,
)
from deixis_lab.zoo.nano._tokenizer import without_names


@final
@dataclass(frozen=True, kw_only=True)
class Classes:
    """The classes of one family; Any: they share no typed constructor."""

    model: Any
    processor: Any
    config: Any
    vision: Any
    qformer: Any


def assemble_qformer(
    classes: Classes, tokenizer: Any, *, seed: int, reads_question: bool
) -> Nano:  # Any: as transformers gives it
    """The model of those classes; where its queries read the question, with words for them."""
    plain = without_names(tokenizer)
    more = {"qformer_tokenizer": plain} if reads_question else {}
    processor = classes.processor(
        image_processor=BlipImageProcessorPil(**square_pictures()),
        tokenizer=plain,
        num_query_tokens=QUERIES,
        **more,
    )
    config = classes.config(
        vision_config=classes.vision(**vision_settings()),
        qformer_config=classes.qformer(
            vocab_size=len(tokenizer),
            hidden_size=TEXT_WIDTH,
            num_hidden_layers=QFORMER_LAYERS,
            num_attention_heads=6,
            intermediate_size=2 * TEXT_WIDTH,
            cross_attention_frequency=1,
        ),
        text_config=llama(tokenizer),
        num_query_tokens=QUERIES,
        image_token_index=tokenizer.image_token_id,
    )
    return assemble(classes.model, config, processor, seed=seed)
