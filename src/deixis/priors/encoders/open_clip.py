"""Checkpoints of the open_clip package: "open_clip:hf-hub:OWNER/NAME"."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.core.extras import require_package
from deixis.nn.weights import weights_digest
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen
from deixis.priors.encoders._tower import close_up

AT_ONCE = 32


@final
class OpenClip(PriorEncoder):
    """A dual encoder of open_clip, as its own files say how pictures are prepared."""

    takes: ClassVar[str] = "hf-hub:OWNER/NAME or local-dir:FOLDER"
    has_names: ClassVar[bool] = True
    templates: ClassVar[tuple[str, ...]] = (
        "a photo of a {}.",
        "a picture of the {}.",
        "this is a {}.",
    )

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
        except (OSError, ValueError, RuntimeError) as refusal:
            raise ModelError(f"cannot load the encoder {argument}: {refusal}") from None
        return cls(argument, model.eval(), prepare, open_clip.get_tokenizer(argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"open_clip:{self.name}", "weights": self.weights}

    @override
    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        found = []
        for begin in range(0, len(pictures), AT_ONCE):
            some = [self.prepare(close_up(one).pil()) for one in pictures[begin : begin + AT_ONCE]]
            found.append(self.model.encode_image(torch.stack(some)).float())
        return torch.cat(found)

    @override
    @torch.no_grad()
    def embed_names(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        found = [
            self.model.encode_text(self.tokenizer(list(texts[begin : begin + AT_ONCE]))).float()
            for begin in range(0, len(texts), AT_ONCE)
        ]
        return torch.cat(found)
