"""Checkpoints of the open_clip package: "open_clip:hf-hub:OWNER/NAME"."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.core.optional_parts import require_package
from deixis.models.checkpoints import BROKEN
from deixis.models.placing import AUTO, move, torch_dtype, usual_device, usual_dtype
from deixis.models.weights import weights_digest
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen
from deixis.priors.encoders._tower import TEMPLATES, close_up, in_batches


@final
class OpenClip(PriorEncoder):
    """A dual encoder of open_clip, as its own files say how pictures are prepared."""

    takes: ClassVar[str] = "hf-hub:OWNER/NAME or local-dir:FOLDER"
    has_names: ClassVar[bool] = True
    templates: ClassVar[tuple[str, ...]] = TEMPLATES

    def __init__(self, name: str, model: Any, prepare: Any, tokenizer: Any) -> None:
        # Any: the package's own classes
        self.name, self.model, self.prepare, self.tokenizer = name, model, prepare, tokenizer
        self.weights = weights_digest(model)

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "OpenClip":
        require_package("open_clip", extra="open-clip", needed_for="an encoder of open_clip")
        import open_clip

        try:
            model, prepare = open_clip.create_model_from_pretrained(argument)
            tokenizer = open_clip.get_tokenizer(argument)
        except BROKEN as refusal:
            raise ModelError(f"cannot load the encoder {argument}: {refusal}") from None
        said = usual_dtype() or AUTO
        move(model, usual_device() or "cpu", None if said == AUTO else torch_dtype(said))
        return cls(argument, model.eval(), prepare, tokenizer)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "encoder": f"open_clip:{self.name}",
            "weights": self.weights,
            "prepared": str(self.prepare),
        }

    @override
    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        return in_batches(pictures, self._look)

    @override
    @torch.no_grad()
    def embed_names(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        return in_batches(texts, self._read)

    def _look(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        prepared = torch.stack([self.prepare(close_up(one).pil()) for one in pictures])
        like = next(self.model.parameters())
        found: Tensor = self.model.encode_image(prepared.to(like.device, like.dtype))
        return found.float()

    def _read(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        device = next(self.model.parameters()).device
        found: Tensor = self.model.encode_text(self.tokenizer(list(texts)).to(device))
        return found.float()
