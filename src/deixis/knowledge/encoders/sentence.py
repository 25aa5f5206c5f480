"""Any sentence encoder of transformers: "sentence:WhereIsAI/UAE-Large-V1", as the paper has."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from deixis.knowledge.encoders._encoder import TextEncoder
from deixis.knowledge.encoders._pooled import Pooled, load_pooled
from deixis.models.interface import VisionLanguageModel


@final
class Sentence(TextEncoder):
    """A folder or a hub id; pooled and scaled as its sentence-transformers files say."""

    takes: ClassVar[str | None] = "FOLDER or hub id"

    def __init__(self, name: str, encoder: Pooled) -> None:
        self.name, self.encoder, self.width = name, encoder, encoder.width

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "Sentence":
        return cls(argument, load_pooled(argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "encoder": f"sentence:{self.name}",
            "revision": self.encoder.revision,
            "pooling": self.encoder.pooling,
        }

    @property
    @override
    def module(self) -> nn.Module:
        return self.encoder.module

    @override
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        return self.encoder.encode(texts)
