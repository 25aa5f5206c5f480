"""What the three Qwen-VL families share: vision markers, pixel budgets, the processor's parts."""

from typing import Any

from transformers import Qwen2VLImageProcessorPil

from deixis.models.torchvision import video_processor, without_video
from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import Settings
from deixis.testing.tiny._templates import im_start

MERGE = 2


def processor(processor_class: Any, videos: str, *, patch: int) -> Any:  # Any: untyped classes
    """A processor that gives 4 x 4 to 8 x 8 tokens, each of 2 x 2 patches of that size."""
    tokenizer = _tokenizers.qwen2(
        vision_start_token="<|vision_start|>",
        vision_end_token="<|vision_end|>",
        image_token="<|image_pad|>",
        video_token="<|video_pad|>",
    )
    side = patch * MERGE
    size = {"shortest_edge": (4 * side) ** 2, "longest_edge": (8 * side) ** 2}
    settings: Settings = {"patch_size": patch, "merge_size": MERGE, "size": size}
    with without_video():
        return processor_class(
            image_processor=Qwen2VLImageProcessorPil(**settings),
            tokenizer=tokenizer,
            video_processor=video_processor(videos, **settings),
            chat_template=im_start(image="<|vision_start|><|image_pad|><|vision_end|>"),
        )


def token_ids(tokenizer: Any) -> Settings:
    """The ids that the configurations name, of that tokenizer."""
    return {
        "image_token_id": tokenizer.image_token_id,
        "video_token_id": tokenizer.video_token_id,
        "vision_start_token_id": tokenizer.vision_start_token_id,
        "vision_end_token_id": tokenizer.vision_end_token_id,
    }


def rope(sections: list[int], **more: Any) -> Settings:
    """Rotary settings whose sections (time, height, width) sum to half a head's size."""
    return {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": sections, **more}
