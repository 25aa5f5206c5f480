"""What the three LLaVA-like models share: the turns and the processor of pictures and words."""

from typing import Any

from transformers import CLIPImageProcessorPil, LlavaImageProcessorPil, LlavaProcessor

from deixis_lab.zoo.nano._nano import PATCH, SIDE, square_pictures

CHAT = (
    "{% for message in messages %}{% if message['role'] == 'assistant' %}"
    "{{ ' Answer: ' }}{% endif %}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<image>' }}"
    "{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}"
    "{% if message['role'] == 'assistant' %}{{ '</s>' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ ' Answer:' }}{% endif %}"
)


def llava_processor(
    tokenizer: Any,
    *,
    has_class_token: bool,
    side: int = SIDE,
    patch: int = PATCH,
    is_padded: bool = False,
) -> LlavaProcessor:
    """A square picture, one token a patch: what is not square is stretched, or padded with grey."""
    pictures: Any = CLIPImageProcessorPil(**square_pictures(side))
    if is_padded:
        pictures = LlavaImageProcessorPil(**square_pictures(side), do_pad=True)
    return LlavaProcessor(
        image_processor=pictures,
        tokenizer=tokenizer,
        patch_size=patch,
        vision_feature_select_strategy="default" if has_class_token else "full",
        num_additional_image_tokens=1 if has_class_token else 0,
        chat_template=CHAT,
    )
