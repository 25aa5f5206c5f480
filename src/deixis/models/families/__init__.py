"""The families of transformers models, by the config's `model_type`: a row each, or a file."""

from typing import Any

from deixis.core.catalog import Catalog
from deixis.models.family import Family

families: Catalog[Family] = Catalog(
    kind="model family",
    package="deixis.models.families",
    group="deixis.families",
    interface=Family,
    rows={
        "blip_2": "qformer:QFormer",
        "idefics3": "idefics:Idefics",
        "instructblip": "qformer:QFormer",
        "llava": "one_view:Llava",
        "llava_next": "anyres:LlavaNext",
        "llava_onevision": "anyres:LlavaOnevision",
        "mistral3": "pixtral:Pixtral",
        "paligemma": "one_view:PaliGemma",
        "pixtral": "pixtral:Pixtral",
        "qwen2_5_vl": "qwen:Qwen25Vl",
        "qwen2_vl": "qwen:Qwen2Vl",
        "qwen3_vl": "qwen:Qwen3Vl",
        "smolvlm": "idefics:Idefics",
        "vipllava": "one_view:Llava",
    },
    besides=("tiles",),
)


def family_of(config: Any) -> str:  # Any: a transformers configuration
    """The family's name by the config's fields; it may be none of `families`.

    LLaVA's classes carry other towers too: one that is a family itself (Pixtral) gives its name.
    """
    name = config.model_type.replace("-", "_")
    tower = getattr(getattr(config, "vision_config", None), "model_type", "")
    return tower if name == "llava" and tower in families.names() else name


__all__ = ["Family", "families", "family_of"]
