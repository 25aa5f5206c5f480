"""Text encoders: what turns the words of notes into vectors.

"minilm", "own", "clip:openai/clip-vit-large-patch14", "sentence:WhereIsAI/UAE-Large-V1".
"""

from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError
from deixis.knowledge.encoders._encoder import TextEncoder
from deixis.models.interface import VisionLanguageModel

encoders: Catalog[TextEncoder] = Catalog(
    kind="text encoder",
    package="deixis.knowledge.encoders",
    group="deixis.text_encoders",
    interface=TextEncoder,
    rows={
        "clip": "checkpoints:ClipText",
        "minilm": "checkpoints:MiniLM",
        "sentence": "checkpoints:SentenceEncoder",
    },
)


def text_encoder(name: str, model: VisionLanguageModel | None = None) -> TextEncoder:
    """The encoder of a name; what stands behind a colon is its own ("clip:FOLDER")."""
    kind, _, argument = name.partition(":")
    found = encoders.get(kind)
    if bool(argument) != (found.takes is not None):
        form = f"{kind}:{found.takes}" if found.takes else kind
        raise UsageError(f"this text encoder is written {form}, got {name!r}")
    return found.of(argument, model)


__all__ = ["TextEncoder", "encoders", "text_encoder"]
