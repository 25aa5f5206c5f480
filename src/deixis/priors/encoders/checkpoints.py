"""Encoders by their checkpoints: dual ones and plain towers of transformers, and open_clip's.

"dual:openai/clip-vit-base-patch32" (CLIP, SigLIP, SigLIP 2 and their like),
"vision:facebook/dinov2-base" (towers without words, DINOv2 and v3 among them),
"open_clip:hf-hub:OWNER/NAME". Regions are close-ups.
"""

import hashlib
import json
import math
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoModel
from typing_extensions import override

from deixis.core.errors import ModelError, UnsupportedError
from deixis.core.image import Image
from deixis.core.optional_parts import require_package
from deixis.core.ordering import batches
from deixis.models.checkpoints import (
    BROKEN,
    load_image_processor,
    load_placed,
    load_tokenizer,
)
from deixis.models.device_and_dtype import AUTO, move, torch_dtype, usual_device, usual_dtype
from deixis.models.digests import weights_digest
from deixis.models.dual_encoder import embed_texts, pooled
from deixis.priors.encoders._encoder import LoadModel, PriorEncoder, Seen

AT_ONCE = 32  # pictures, or texts
BESIDE = 1.25  # of a region's longer side: what a close-up shows of the surroundings
TEMPLATES = ("a photo of a {}.", "a picture of the {}.", "this is a {}.")
Item = TypeVar("Item")


def in_batches(
    items: Sequence[Item], embed: Callable[[Sequence[Item]], Float[Tensor, "some dim"]]
) -> Float[Tensor, "item dim"]:
    """A row an item, AT_ONCE at a time."""
    return torch.cat([embed(some).cpu() for some in batches(items, AT_ONCE)])


def shown(processor: Any, seen: Sequence[Seen], model: Any) -> Any:  # Any: transformers' own
    """A processor's tensors of close-ups, where the model is and in its numbers."""
    prepared = processor(images=[close_up(one).pil() for one in seen], return_tensors="pt")
    return prepared.to(model.device, model.dtype)


def digest_of(processor: Any) -> str:  # Any: transformers' own classes
    """A digest tells how pictures are prepared, on which their vectors depend as on the weights."""
    told = json.dumps([processor.to_dict(), BESIDE], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def close_up(seen: Seen) -> Image:
    """The square around the region, cut at the picture's borders; all of it without a region."""
    if seen.region is None:
        return seen.image
    box, size = seen.region.box(), seen.image.size
    half = BESIDE * max(box.width, box.height) / 2
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    left, top = max(math.floor(x - half), 0), max(math.floor(y - half), 0)
    right, bottom = min(math.ceil(x + half), size.width), min(math.ceil(y + half), size.height)
    return Image(pixels=seen.image.pixels[top:bottom, left:right], source=seen.image.source)


class CloseUpEncoder(PriorEncoder):
    """An encoder of close-ups, some at a time."""

    @override
    @torch.no_grad()
    def embed_pictures(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        return in_batches(pictures, self._look)

    @abstractmethod
    def _look(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        """The vectors of a few pictures."""


class TwoTowerEncoder(CloseUpEncoder):
    """An encoder of close-ups and of names, some at a time."""

    has_names: ClassVar[bool] = True
    templates: ClassVar[tuple[str, ...]] = TEMPLATES

    @override
    @torch.no_grad()
    def embed_names(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        return in_batches(texts, self._read)

    @abstractmethod
    def _read(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        """The vectors of a few texts."""


@final
class DualTowers(TwoTowerEncoder):
    """A tower for pictures and one for texts that meet in one space; regions are close-ups."""

    takes: ClassVar[str] = "FOLDER or hub id"

    def __init__(self, name: str, model: Any, tokenizer: Any, processor: Any) -> None:
        # Any: transformers' own classes
        self.name, self.model, self.tokenizer, self.processor = name, model, tokenizer, processor
        self.weights = weights_digest(model)

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "DualTowers":
        model = load_placed(argument, AutoModel)
        if not hasattr(model, "get_text_features"):
            raise UnsupportedError(
                f"a {type(model).__name__} has no text tower; write vision:{argument}"
            )
        return cls(argument, model, load_tokenizer(argument), load_image_processor(argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "encoder": f"dual:{self.name}",
            "weights": self.weights,
            "prepared": digest_of(self.processor),
        }

    @override
    def _look(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        inputs = shown(self.processor, pictures, self.model)
        return pooled(self.model.get_image_features(**inputs))

    @override
    def _read(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        # SigLIP was trained with all texts of one length
        return embed_texts(self.model, self.tokenizer, texts, padding=True)


@final
class VisionTower(CloseUpEncoder):
    """The tower's own vector of a picture, or of a region's close-up; else its tokens' mean."""

    takes: ClassVar[str] = "FOLDER or hub id"
    has_names: ClassVar[bool] = False

    def __init__(self, name: str, model: Any, processor: Any) -> None:  # Any: transformers' own
        self.name, self.processor = name, processor
        self.model = getattr(model, "vision_model", model)  # of a CLIP, its tower alone
        self.weights = weights_digest(self.model)

    @classmethod
    @override
    def of(cls, argument: str, load: LoadModel | None) -> "VisionTower":
        model = load_placed(argument, AutoModel)
        return cls(argument, model, load_image_processor(argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "encoder": f"vision:{self.name}",
            "weights": self.weights,
            "prepared": digest_of(self.processor),
        }

    @override
    def _look(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        inputs = shown(self.processor, pictures, self.model)
        return pooled(self.model(pixel_values=inputs["pixel_values"]))


@final
class OpenClip(TwoTowerEncoder):
    """A dual encoder of open_clip, as its own files say how pictures are prepared."""

    takes: ClassVar[str] = "hf-hub:OWNER/NAME or local-dir:FOLDER"

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
    def _look(self, pictures: Sequence[Seen]) -> Float[Tensor, "picture dim"]:
        prepared = torch.stack([self.prepare(close_up(one).pil()) for one in pictures])
        like = next(self.model.parameters())
        found: Tensor = self.model.encode_image(prepared.to(like.device, like.dtype))
        return found.float()

    @override
    def _read(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        device = next(self.model.parameters()).device
        found: Tensor = self.model.encode_text(self.tokenizer(list(texts)).to(device))
        return found.float()
