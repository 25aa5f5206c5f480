"""A ViP-LLaVA of an encoder and a language model that never met: where its training begins."""

from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoModelForCausalLM,
    AutoTokenizer,
    LlavaProcessor,
    PreTrainedModel,
    VipLlavaConfig,
    VipLlavaForConditionalGeneration,
)

from deixis.core.errors import ModelError, UsageError
from deixis.models._checkpoint import torch_dtype
from deixis.models.load import wrap
from deixis.nn.interface import VisionLanguageModel

RELEASED_LAYERS = (-2, -5, -8, -11, 6)  # hidden states of CLIP-L, in the order of public weights
IMAGE = "<image>"
ROWS = 64  # the vocabulary is filled up to a multiple of it
ENCODER = "clip"
SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
CHAT = (  # LLaVA's v1, with which ViP-LLaVA was trained
    f"{SYSTEM} "
    "{% for message in messages %}{% if message['role'] == 'user' %}USER: "
    "{% for part in message['content'] if part['type'] == 'image' %}<image>\n{% endfor %}"
    "{% for part in message['content'] if part['type'] == 'text' %}{{ part['text'] }}{% endfor %} "
    "{% else %}ASSISTANT: "
    "{% for part in message['content'] %}{{ part['text'] }}{% endfor %}{{ eos_token }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def join(
    tower: str,
    language: str,
    *,
    layers: tuple[int, ...] = RELEASED_LAYERS,
    dtype: str = "float32",
    seed: int = 0,
) -> VisionLanguageModel:
    """CLIP and a language model by their folders or hub ids; the projector's weights are random.

    The words `<image>` and, where there is none, `<pad>` are added to the vocabulary.
    """
    encoder, text, tokenizer, pictures = _opened(tower, language, dtype)
    depth = encoder.config.num_hidden_layers
    if not layers or not all(-depth - 1 <= layer <= depth for layer in layers):
        raise UsageError(f"{tower} has hidden states 0 to {depth}, got layers {layers}")
    words = [IMAGE] if tokenizer.pad_token else [IMAGE, "<pad>"]
    tokenizer.add_special_tokens({"additional_special_tokens": words})
    if tokenizer.pad_token is None:
        tokenizer.pad_token = "<pad>"
    text.resize_token_embeddings(len(tokenizer), pad_to_multiple_of=ROWS)
    side, patch = encoder.config.image_size, encoder.config.patch_size
    config = VipLlavaConfig(
        vision_config=encoder.config,
        text_config=text.config,
        image_token_index=tokenizer.convert_tokens_to_ids(IMAGE),
        vision_feature_layer=list(layers),
        image_seq_length=(side // patch) ** 2,
        tie_word_embeddings=text.config.tie_word_embeddings,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = VipLlavaForConditionalGeneration(config)  # Any: transformers' own class
    model.to(torch_dtype(dtype))
    model.model.vision_tower.load_state_dict(encoder.state_dict())
    model.model.language_model.load_state_dict(text.model.state_dict())
    model.lm_head.load_state_dict(text.lm_head.state_dict())
    model.generation_config = text.generation_config
    processor = LlavaProcessor(
        image_processor=pictures,
        tokenizer=tokenizer,
        patch_size=patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,  # CLIP's class
        chat_template=CHAT,
    )
    return wrap(model.eval(), processor, name=f"{tower} + {language}")


def _opened(tower: str, language: str, dtype: str) -> tuple[PreTrainedModel, Any, Any, Any]:
    shut = {"trust_remote_code": False}  # else transformers asks on the terminal
    kinds: dict[str, Any] = {"dtype": torch_dtype(dtype), "use_safetensors": True, **shut}
    try:
        kind = AutoConfig.from_pretrained(tower, **shut).model_type
        if kind.split("_")[0] != ENCODER:
            raise UsageError(f"ViP-LLaVA's tower is CLIP's; {tower} is a {kind}")
        seeing: Any = AutoModel.from_pretrained(tower, **kinds)
        return (
            getattr(seeing, "vision_model", seeing),
            AutoModelForCausalLM.from_pretrained(language, **kinds),
            AutoTokenizer.from_pretrained(language, **shut),
            AutoImageProcessor.from_pretrained(tower, **shut),
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"cannot open {tower} and {language}: {error}") from error
