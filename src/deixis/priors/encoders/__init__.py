"""Vision encoders that can be asked what they know.

"dual:openai/clip-vit-large-patch14", "open_clip:hf-hub:NAME", "vision:facebook/dinov2-base",
"tower:MODEL" (a multimodal model's own tower), "model:MODEL" (with its projector and its words).
"""

from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen

encoders: Catalog[PriorEncoder] = Catalog(
    kind="vision encoder",
    package="deixis.priors.encoders",
    group="deixis.vision_encoders",
    interface=PriorEncoder,
    rows={
        "dual": "checkpoints:DualTowers",
        "vision": "checkpoints:VisionTower",
        "open_clip": "checkpoints:OpenClip",
        "tower": "of_model:TowerStates",
        "model": "of_model:ModelTokens",
    },
)


def prior_encoder(name: str, load: LoadModel | None = None) -> PriorEncoder:
    """The encoder of a name, KIND:WHICH. `load` loads multimodal models by their names."""
    kind, _, argument = name.partition(":")
    found = encoders.get(kind)
    if not argument:
        raise UsageError(f"this encoder is written {kind}:{found.takes}, got {name!r}")
    return found.of(argument, load)


__all__ = ["LoadModel", "PriorEncoder", "Seen", "encoders", "prior_encoder"]
