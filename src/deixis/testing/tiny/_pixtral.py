"""What Pixtral and Mistral 3 share: a picture of any shape, a break after each row of tokens."""

from typing import Any

from transformers import PixtralImageProcessorPil

from deixis.models.torchvision import pixtral_processor_class
from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._templates import inst


def processor(*, longest: int, patch: int, merge: int) -> Any:  # Any: not typed in transformers
    """A PixtralProcessor for sides up to `longest`, tokens of `merge` by `merge` patches."""
    return pixtral_processor_class()(
        image_processor=PixtralImageProcessorPil(
            size={"longest_edge": longest}, patch_size={"height": patch, "width": patch}
        ),
        tokenizer=_tokenizers.mistral(),
        patch_size=patch,
        spatial_merge_size=merge,
        chat_template=inst(image="[IMG]"),
    )
