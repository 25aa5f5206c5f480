"""CLIP, SigLIP and their like of transformers: "dual:openai/clip-vit-base-patch32", TVP's."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoImageProcessor, AutoModel
from typing_extensions import override

from deixis.core.errors import ModelError, UnsupportedError
from deixis.core.image import Image
from deixis.models.checkpoints import (
    BROKEN,
    gist,
    load_tokenizer,
    load_weights,
    loaded,
    revision_of,
    said,
)
from deixis.models.dual_encoder import embed_texts, pooled
from deixis.models.interface import VisionLanguageModel, picture_size
from deixis.models.processor_view import clip_view, normalisation_of
from deixis.models.tensor_interface import Pixels, pixels_of
from deixis.models.tensor_view import look
from deixis.pixel.semantics._encoder import ImageTextEncoder

PADDED = ("siglip", "siglip2")  # trained with all texts of one length; others see no padding
NEEDED = ("get_image_features", "get_text_features", "logit_scale")
TRIAL_SIZE = (23, 37)  # rows and columns of the picture that a processor is tried on
MOST_APART = 3.0  # of 255: what the roundings of different resizes may add up to


@final
class Dual(ImageTextEncoder):
    """A tower for pictures and one for texts that meet in one space. The picture is prepared as the
    checkpoint's processor does, with a gradient.
    """

    takes: ClassVar[str | None] = "FOLDER or hub id"

    def __init__(self, name: str, model: Any, tokenizer: Any, processor: Any) -> None:
        # Any: transformers' own classes
        self.name, self.model, self.tokenizer, self.processor = name, model, tokenizer, processor
        self.revision = revision_of(name, model)
        self._known: dict[str, Tensor] = {}

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "Dual":
        both = load_weights(argument, AutoModel)
        lacking = [name for name in NEEDED if not hasattr(both, name)]
        if lacking:
            raise UnsupportedError(
                f"a {type(both).__name__} is no image-text encoder: it has no {lacking[0]}"
            )
        tokenizer = load_tokenizer(argument)
        with said(f"the image processor of {argument!r} cannot be loaded"):
            processor = loaded(AutoImageProcessor, argument, backend="pil")
        found = cls(argument, both, tokenizer, processor)
        found._try()
        return found

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"dual:{self.name}", "revision": self.revision}

    @property
    @override
    def scale(self) -> float:
        return float(self.model.logit_scale.exp())

    @override
    def to(self, device: torch.device) -> None:
        if self.model.device != device:
            self.model.to(device)
            self._known.clear()

    @override
    def pictures(self, pixels: Sequence[Float[Tensor, "3 _ _"]]) -> Float[Tensor, "picture dim"]:
        seen = torch.stack([self.seen(one) for one in pixels])
        return pooled(self.model.get_image_features(pixel_values=seen))

    @override
    @torch.no_grad()
    def texts(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        for text in dict.fromkeys(texts):  # one by one, each once
            if text not in self._known:
                self._known[text] = self._embedded(text)
        return torch.stack([self._known[text] for text in texts])

    def seen(self, pixels: Pixels, *, rounding: bool = False) -> Float[Tensor, "3 rows columns"]:
        """What the tower gets; `rounding` as for 8-bit pictures."""
        view = clip_view(self.processor, picture_size(pixels))
        shown = look(view, pixels.to(self.model.device), rounding=rounding)
        return normalisation_of(self.processor)(shown)

    def _embedded(self, text: str) -> Float[Tensor, " dim"]:
        padding = self.model.config.model_type in PADDED
        return embed_texts(self.model, self.tokenizer, [text], padding=padding)[0]

    @torch.no_grad()
    def _try(self) -> None:
        """Refuse a processor that does something else to a picture than we do, and parts that do
        not fit one another.
        """
        kind = type(self.processor).__name__
        draws = np.random.default_rng(0)
        image = Image(pixels=draws.integers(0, 256, (*TRIAL_SIZE, 3), dtype=np.uint8))
        try:
            ours = self.seen(pixels_of(image), rounding=True)
        except (ModelError, *BROKEN) as unknown:
            raise UnsupportedError(f"{self._refused(kind)}: {gist(unknown)}") from None
        with said(f"{kind} of {self.name!r} prepares no picture"):
            theirs = self.processor(images=[image.pil()], return_tensors="pt").pixel_values[0]
        if ours.shape != theirs.shape:
            raise UnsupportedError(
                f"{self._refused(kind)}: it gives {tuple(theirs.shape)}, we {tuple(ours.shape)}"
            )
        normalise = normalisation_of(self.processor)
        apart = (ours - theirs).abs().amax((1, 2)) * torch.tensor(normalise.std) / normalise.scale
        if float(apart.max()) > MOST_APART:
            raise UnsupportedError(
                f"{self._refused(kind)}: pixels are {float(apart.max()):.0f} of 255 apart"
            )
        with said(f"{self.name!r} takes no picture that its own {kind} prepares"):
            self.model.get_image_features(pixel_values=ours[None])
        with said(f"{self.name!r} takes no text of its own tokenizer"):
            cat, dog = self._embedded("cat"), self._embedded("dog")
        if torch.equal(cat, dog):  # transformers makes an empty one where there are no files
            raise ModelError(f"the tokenizer of {self.name!r} is not there, or tells no text apart")

    def _refused(self, kind: str) -> str:
        return f"what the {kind} of {self.name!r} does to pictures is not done here with a gradient"
