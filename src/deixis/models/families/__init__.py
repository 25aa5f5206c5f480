"""The families of transformers models: one file each, named by the config's `model_type`."""

from typing import Any

from deixis.core.catalog import Catalog
from deixis.models.family import Family

families: Catalog[Family] = Catalog(
    kind="model family",
    package="deixis.models.families",
    group="deixis.families",
    interface=Family,
)


def family_of(config: Any) -> str:  # Any: a transformers configuration
    """The family's name by the config's fields; it may be none of `families`.

    LLaVA's classes carry other towers too: one that is a family itself (Pixtral) gives its name.
    """
    name = config.model_type.replace("-", "_")
    tower = getattr(getattr(config, "vision_config", None), "model_type", "")
    return tower if name == "llava" and tower in families.names() else name


__all__ = ["Family", "families", "family_of"]
