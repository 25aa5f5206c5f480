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
        "blip_2": "qformer:QFormerFamily",
        "fast_vlm": "one_view:FastVlmFamily",
        "idefics3": "idefics:IdeficsFamily",
        "instructblip": "qformer:QFormerFamily",
        "llava": "one_view:LlavaFamily",
        "llava_next": "anyres:LlavaNextFamily",
        "llava_onevision": "anyres:LlavaOnevisionFamily",
        "mistral3": "pixtral:PixtralFamily",
        "paligemma": "one_view:PaliGemmaFamily",
        "pixtral": "pixtral:PixtralFamily",
        "qwen2_5_vl": "qwen:Qwen25VlFamily",
        "qwen2_vl": "qwen:Qwen2VlFamily",
        "qwen3_vl": "qwen:Qwen3VlFamily",
        "smolvlm": "idefics:IdeficsFamily",
        "vipllava": "one_view:LlavaFamily",
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
