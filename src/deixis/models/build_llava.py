"""A ViP-LLaVA or LLaVA of an encoder and a language model that never met: where training begins."""

from dataclasses import dataclass
from typing import Any, final

import torch
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoModelForCausalLM,
    AutoTokenizer,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    VipLlavaConfig,
    VipLlavaForConditionalGeneration,
)

from deixis.core.errors import ModelError, UsageError
from deixis.models.checkpoint_model import wrap
from deixis.models.checkpoints import BROKEN, gist, loaded
from deixis.models.device_and_dtype import torch_dtype
from deixis.models.interface import VisionLanguageModel
from deixis.models.meta_tensors import hollow_model, is_hollow

RELEASED_LAYERS = (-2, -5, -8, -11, 6)  # hidden states of CLIP-L, in the order of public weights
IMAGE = "<image>"
ROWS = 64  # the vocabulary is filled up to a multiple of it
CLIP, SIGLIP = "clip", "siglip"
SPOKEN = {CLIP: "CLIP's", SIGLIP: "SigLIP's"}
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
    sides = _opened(tower, language, dtype, (CLIP,))
    _check_layers(tower, sides, layers)
    config = VipLlavaConfig(vision_feature_layer=list(layers), **_shared_settings(sides))
    model = _begun(VipLlavaForConditionalGeneration, config, sides, dtype, seed)
    return _with_processor(model, sides, f"{tower} + {language}", has_class_token=True)


def join_plain(
    tower: str, language: str, *, layer: int = -2, dtype: str = "float32", seed: int = 0
) -> VisionLanguageModel:
    """SigLIP or CLIP and a language model as a LLaVA, which reads one hidden state of the tower.

    transformers' LLaVA has no bias before its words: that of Phi-2 is left out.
    """
    sides = _opened(tower, language, dtype, (SIGLIP, CLIP))
    _check_layers(tower, sides, (layer,))
    has_class_token = sides.kind == CLIP
    config = LlavaConfig(
        vision_feature_layer=layer,
        vision_feature_select_strategy="default" if has_class_token else "full",
        **_shared_settings(sides),
    )
    model = _begun(LlavaForConditionalGeneration, config, sides, dtype, seed)
    return _with_processor(model, sides, f"{tower} + {language}", has_class_token=has_class_token)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _Sides:
    """An encoder and a language model with what prepares their inputs. `kind`: of the encoder."""

    kind: str
    encoder: Any  # Any: transformers' own classes
    text: Any
    tokenizer: Any
    pictures: Any

    @property
    def num_patches(self) -> int:
        """Of a picture."""
        return int((self.encoder.config.image_size // self.encoder.config.patch_size) ** 2)


def _check_layers(tower: str, sides: _Sides, layers: tuple[int, ...]) -> None:
    depth = sides.encoder.config.num_hidden_layers
    if not layers or not all(-depth - 1 <= layer <= depth for layer in layers):
        raise UsageError(f"{tower} has hidden states 0 to {depth}, got layers {layers}")


def _shared_settings(sides: _Sides) -> dict[str, Any]:
    """What the configurations of both kinds take."""
    return {
        "vision_config": sides.encoder.config,
        "text_config": sides.text.config,
        "image_token_index": sides.tokenizer.convert_tokens_to_ids(IMAGE),
        "image_seq_length": sides.num_patches,
        "tie_word_embeddings": sides.text.config.tie_word_embeddings,
    }


def _begun(
    kind: Any,  # Any: transformers' own classes
    config: Any,
    sides: _Sides,
    dtype: str,
    seed: int,
) -> Any:
    """The model with the weights of both sides; the projector's are random."""
    if is_hollow():
        hollow = hollow_model(kind, config, torch_dtype(dtype))
        hollow.generation_config = sides.text.generation_config
        return hollow.eval()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = kind(config)
    model.to(torch_dtype(dtype))
    model.model.vision_tower.load_state_dict(sides.encoder.state_dict())
    model.model.language_model.load_state_dict(sides.text.model.state_dict())
    with torch.no_grad():
        model.lm_head.weight.copy_(sides.text.lm_head.weight)
    model.generation_config = sides.text.generation_config
    return model.eval()


def _with_processor(
    model: Any, sides: _Sides, name: str, *, has_class_token: bool
) -> VisionLanguageModel:
    processor = LlavaProcessor(
        image_processor=sides.pictures,
        tokenizer=sides.tokenizer,
        patch_size=sides.encoder.config.patch_size,
        vision_feature_select_strategy="default" if has_class_token else "full",
        num_additional_image_tokens=int(has_class_token),
        chat_template=CHAT,
    )
    return wrap(model, processor, name=name)


def _opened(tower: str, language: str, dtype: str, encoders: tuple[str, ...]) -> _Sides:
    kinds: dict[str, Any] = {"dtype": torch_dtype(dtype), "use_safetensors": True}
    try:
        kind = loaded(AutoConfig, tower).model_type
        if kind.split("_")[0] not in encoders:
            listed = " or ".join(SPOKEN[one] for one in encoders)
            raise UsageError(f"the tower is {listed}; {tower} is a {kind}")
        seeing: Any = loaded(AutoModel, tower, **kinds)
        sides = _Sides(
            kind=kind.split("_")[0],
            encoder=getattr(seeing, "vision_model", seeing),
            text=loaded(AutoModelForCausalLM, language, **kinds),
            tokenizer=loaded(AutoTokenizer, language),
            pictures=loaded(AutoImageProcessor, tower, backend="pil"),
        )
    except BROKEN as error:
        raise ModelError(f"cannot open {tower} and {language}: {gist(error)}") from error
    _add_words(sides.tokenizer)
    sides.text.resize_token_embeddings(
        len(sides.tokenizer), pad_to_multiple_of=ROWS, mean_resizing=not is_hollow()
    )
    return sides


def _add_words(tokenizer: Any) -> None:
    words = [IMAGE] if tokenizer.pad_token else [IMAGE, "<pad>"]
    tokenizer.add_special_tokens({"additional_special_tokens": words})
    if tokenizer.pad_token is None:
        tokenizer.pad_token = "<pad>"
