"""Towers of transformers without words, DINOv2 and v3 among them: "vision:facebook/dinov2-base"."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoImageProcessor, AutoModel
from typing_extensions import override

from deixis.models.dual_encoder import pooled
from deixis.models.weights import weights_digest
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen
from deixis.priors.encoders._tower import digest_of, in_batches, loaded, read, shown


@final
class Vision(PriorEncoder):
    """The tower's own vector of a picture, or of a region's close-up; else its tokens' mean."""

    takes: ClassVar[str] = "FOLDER or hub id"
    has_names: ClassVar[bool] = False

    def __init__(self, name: str, model: Any, processor: Any) -> None:  # Any: transformers' own
        self.name, self.processor = name, processor
        self.model = getattr(model, "vision_model", model)  # of a CLIP, its tower alone
        self.weights = weights_digest(self.model)

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "Vision":
        model = loaded(AutoModel, argument)
        return cls(argument, model, read(AutoImageProcessor, argument, backend="pil"))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "encoder": f"vision:{self.name}",
            "weights": self.weights,
            "prepared": digest_of(self.processor),
        }

    @override
    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        return in_batches(pictures, self._look)

    def _look(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        inputs = shown(self.processor, pictures, self.model)
        return pooled(self.model(pixel_values=inputs["pixel_values"]))
