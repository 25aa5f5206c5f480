"""A multimodal model's own vision tower, before its projector: "tower:nano"."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, final

from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.models.interface import VisionLanguageModel
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen
from deixis.priors.encoders._multimodal import fingerprint, joined_tokens, model_named


@final
class Tower(PriorEncoder):
    """The mean of the tower's states over the entity; it has no words."""

    takes: ClassVar[str] = "MODEL"
    has_names: ClassVar[bool] = False

    def __init__(self, model: VisionLanguageModel) -> None:
        self.model = model
        self.marks = fingerprint(model, "before")

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "Tower":
        return cls(model_named(argument, load))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"tower:{self.model.name}", **self.marks}

    @override
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        return joined_tokens(self.model, pictures, "before")
