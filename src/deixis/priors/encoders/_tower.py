"""What encoders share: close-ups, batches, templates, loading, and the vector of a picture."""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from deixis.core.errors import ModelError
from deixis.core.image import Image
from deixis.core.ordering import batches
from deixis.models import checkpoints as checkpoint
from deixis.priors.encoders._encoder import Seen

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
    """Of how pictures are prepared: the same weights embed them otherwise otherwise prepared."""
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


def loaded(kind: Any, name: str) -> Any:  # Any: transformers' own classes
    """The tower; ModelError says why it cannot be loaded, or which weights it lacks."""
    return checkpoint.load_placed(name, kind)


def read(kind: Any, name: str, **settings: Any) -> Any:  # Any: transformers' own classes
    """What that class reads from a folder or hub id. Code that lies there is not run, and nobody is
    asked on the terminal whether it may be.
    """
    try:
        return checkpoint.loaded(kind, name, **settings)
    except checkpoint.BROKEN as refusal:
        raise ModelError(f"cannot load the encoder {name}: {refusal}") from None
