"""PaliGemma: SigLIP, one linear projection, Gemma that sees the whole prompt both ways."""

from transformers import (
    GemmaConfig,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
)

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import Settings, text_sizes, vision_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_IMAGE, _PATCH, _TEXT = 42, 7, 48


def build(seed: int) -> Tiny:
    """A tiny PaliGemma of 6 x 6 vision tokens."""
    tokenizer = _tokenizers.gemma(image_token="<image>")
    settings: Settings = {
        "size": {"height": _IMAGE, "width": _IMAGE},
        "image_seq_length": (_IMAGE // _PATCH) ** 2,
    }
    pictures = SiglipImageProcessorPil(**settings)
    processor = PaliGemmaProcessor(image_processor=pictures, tokenizer=tokenizer)
    vision = vision_sizes(hidden=32, heads=4, inner=60, image=_IMAGE, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=_TEXT, heads=3, groups=1, inner=72)
    config = PaliGemmaConfig(
        vision_config=SiglipVisionConfig(**vision, vision_use_head=False),
        text_config=GemmaConfig(**text, head_dim=20),
        image_token_index=processor.image_token_id,
        vocab_size=len(tokenizer),
        projection_dim=_TEXT,
        hidden_size=_TEXT,
        tie_word_embeddings=False,
    )
    return assemble(PaliGemmaForConditionalGeneration, config, processor, seed=seed)
