"""Encoders that put pictures and words in one space, for TVP's second loss. One file each.

"dual:openai/clip-vit-base-patch32", "own" (the source model's own tokens and word embeddings).
"""

from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError
from deixis.models.interface import VisionLanguageModel
from deixis.pixel.semantics._encoder import ImageTextEncoder

encoders: Catalog[ImageTextEncoder] = Catalog(
    kind="image-text encoder",
    package="deixis.pixel.semantics",
    group="deixis.image_text_encoders",
    interface=ImageTextEncoder,
)


def image_text_encoder(name: str, model: VisionLanguageModel | None = None) -> ImageTextEncoder:
    """The encoder of a name; what stands behind a colon is its own ("dual:CHECKPOINT")."""
    kind, _, argument = name.partition(":")
    found = encoders.get(kind)
    if bool(argument) != (found.takes is not None):
        form = f"{kind}:{found.takes}" if found.takes else kind
        raise UsageError(f"this encoder is written {form}, got {name!r}")
    return found.of(argument, model)


__all__ = ["ImageTextEncoder", "encoders", "image_text_encoder"]
