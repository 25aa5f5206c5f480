"""Encoders that put pictures and words in one space, for TVP's second loss.

"dual:openai/clip-vit-base-patch32", TVP's (CLIP, SigLIP and their like of transformers); "own": the
source model's own tokens, the mean of those projected against its words.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoModel
from typing_extensions import override

from deixis.core.catalog import Catalog
from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.models.checkpoints import (
    BROKEN,
    gist,
    load_image_processor,
    load_tokenizer,
    load_weights,
    said,
)
from deixis.models.digests import revision_of
from deixis.models.dual_encoder import embed_texts, pooled
from deixis.models.interface import VisionLanguageModel, picture_size
from deixis.models.processor_view import clip_view, normalisation_of
from deixis.models.tensor_interface import Pixels, VisionTokens, pixels_of
from deixis.models.tensor_view import look
from deixis.pixel.losses import MOST_SCALE


class ImageTextEncoder(ABC):
    """Pictures and words as vectors of one space. Gradients reach the pixels; its weights stay."""

    takes: ClassVar[str | None] = None  # what follows its name and a colon, if anything does

    @classmethod
    @abstractmethod
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "ImageTextEncoder":
        """The encoder of an argument; `model` is the source that the prompt is trained on."""

    @property
    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """Which encoder it is."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """What cosines are multiplied by: the exponential of CLIP's learned scale."""

    @abstractmethod
    def pictures(self, pixels: Sequence[Float[Tensor, "3 _ _"]]) -> Float[Tensor, "picture dim"]:
        """A vector each, of any length."""

    @abstractmethod
    def texts(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        """A vector each, of any length."""

    def to(self, device: torch.device) -> None:  # noqa: B027  # one without weights stays
        """Move its weights."""


PADDED = ("siglip", "siglip2")  # trained with all texts of one length; others see no padding
NEEDED = ("get_image_features", "get_text_features", "logit_scale")
TRIAL_SIZE = (23, 37)  # rows and columns of the picture that a processor is tried on
MOST_APART = 3.0  # of 255: what the roundings of different resizes may add up to


@final
class DualEncoder(ImageTextEncoder):
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
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "DualEncoder":
        both = load_weights(argument, AutoModel)
        lacking = [name for name in NEEDED if not hasattr(both, name)]
        if lacking:
            raise UnsupportedError(
                f"a {type(both).__name__} is no image-text encoder: it has no {lacking[0]}"
            )
        tokenizer = load_tokenizer(argument)
        processor = load_image_processor(argument)
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


@final
class OwnTokens(ImageTextEncoder):
    """For models whose projected tokens were aligned with words, as nano's are; no CLIP of
    their pictures is needed then. A description is the mean of its tokens' embeddings.
    """

    def __init__(self, model: VisionLanguageModel) -> None:
        self.model = model
        self._known: dict[str, Tensor] = {}

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "OwnTokens":
        if model is None:
            raise UsageError("the encoder own is a model's: there is none here")
        return cls(model)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": "own", "model": self.model.name}

    @property
    @override
    def scale(self) -> float:
        return MOST_SCALE

    @override
    def pictures(self, pixels: Sequence[Float[Tensor, "3 _ _"]]) -> Float[Tensor, "picture dim"]:
        return self.pooled(self.model.vision_tokens(pixels))

    @staticmethod
    def pooled(seen: Sequence[VisionTokens]) -> Float[Tensor, "picture dim"]:
        """The same of tokens that are there already."""
        return torch.stack([one.tokens.float().mean(0) for one in seen])

    @override
    @torch.no_grad()
    def texts(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        for text in dict.fromkeys(texts):
            if text not in self._known:
                (embedded,) = self.model.word_embeddings([text])
                self._known[text] = embedded.float().mean(0)
        return torch.stack([self._known[text] for text in texts])


encoders: Catalog[ImageTextEncoder] = Catalog(
    kind="image-text encoder",
    group="deixis.image_text_encoders",
    interface=ImageTextEncoder,
    rows={
        "dual": "deixis.pixel.image_text_encoders:DualEncoder",
        "own": "deixis.pixel.image_text_encoders:OwnTokens",
    },
)


def image_text_encoder(name: str, model: VisionLanguageModel | None = None) -> ImageTextEncoder:
    """The encoder of a name; what stands behind a colon is its own ("dual:CHECKPOINT")."""
    kind, _, argument = name.partition(":")
    found = encoders.get(kind)
    if bool(argument) != (found.takes is not None):
        form = f"{kind}:{found.takes}" if found.takes else kind
        raise UsageError(f"this encoder is written {form}, got {name!r}")
    return found.of(argument, model)
