"""Checkpoints of transformers see things in pictures, which are prepared for them."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, final

import torch
from PIL import Image as PIL
from torch import Tensor
from transformers import AutoConfig

from deixis.core.errors import ModelError, UsageError
from deixis.core.image import Image
from deixis.models.checkpoints import BROKEN, gist, load_placed, loaded, missing_package, said
from deixis.models.digests import revision_of

LONGEST = 16  # times as long as wide
# what torch says where a step has no kernel for a dtype, or meets two of them
OF_NUMBERS = ("not implemented for", "same dtype", "scalar type")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class VisionCheckpoint:
    """A model comes with what prepares pictures for it. The model may be moved: pictures follow
    it.
    """

    name: str
    model: Any  # Any: transformers' own classes
    processor: Any

    def run(self, inputs: Mapping[str, Any]) -> Any:  # Any: transformers' own classes
        """The model computes on what was prepared; its outputs are float32, whatever it computes
        in.
        """
        model = self.model
        known = {name: self.near(value) for name, value in inputs.items()}
        with computed(self.name, model.dtype):
            found = model(**known)
        if model.dtype == torch.float32:
            return found
        widened = {
            name: value.float() if _is_real(value) else value for name, value in found.items()
        }
        return type(found)(**widened)

    def near(self, value: Tensor) -> Tensor:
        """A tensor goes where the model is, in its numbers."""
        numbers = {"dtype": self.model.dtype} if value.is_floating_point() else {}
        return value.to(self.model.device, **numbers)

    def record(self, kind: str, cut: float) -> Mapping[str, str]:
        """A checkpoint's notes depend on what stands here."""
        dtype = str(self.model.dtype).removeprefix("torch.")
        return {
            **({} if dtype == "float32" else {"dtype": dtype}),
            "source": f"{kind}:{self.name}",
            "model_type": str(self.model.config.model_type),
            "revision": revision_of(self.name, self.model),
            "transformers": metadata.version("transformers"),
            "least_score": f"{cut:g}",
        }


def config_of(name: str) -> Any:  # Any: transformers' own classes
    """A folder or hub id has this configuration."""
    folder = Path(name).expanduser()
    if not folder.is_dir() and "/" not in name:
        raise UsageError(f"there is no folder {name!r}; a model of the hub is named OWNER/NAME")
    with said(f"the configuration of {name!r} cannot be read"):
        return loaded(AutoConfig, name)


def load_checkpoint(name: str, config: Any, model_class: Any, prepare: Any) -> VisionCheckpoint:
    """The model of that class is loaded, and the processor of one of the Auto classes or of its
    own.
    """
    # Pillow's resize, which needs no torchvision
    with said(f"what prepares pictures for {name!r} cannot be loaded"):
        processor = loaded(prepare, name, backend="pil")
    model = load_placed(name, model_class, config=config)
    return VisionCheckpoint(name=name, model=model, processor=processor)


def padded(image: Image) -> PIL.Image:
    """The picture begins at the left top; a very long one gets a ground of its mean colour, as
    processors make others of that form so thin that nothing is left.
    """
    width, height = image.size.width, image.size.height
    shortest = math.ceil(max(width, height) / LONGEST)
    if min(width, height) >= shortest:
        return image.pil()
    red, green, blue = (round(float(value)) for value in image.pixels.mean(axis=(0, 1)))
    ground = PIL.new("RGB", (max(width, shortest), max(height, shortest)), (red, green, blue))
    ground.paste(image.pil())
    return ground


@contextmanager
def computed(name: str, dtype: torch.dtype) -> Iterator[None]:
    """UsageError tells where a step of a model cannot be done in its numbers, ModelError where it
    fails on what its own files have prepared.
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except BROKEN as refusal:
        if dtype == torch.float32 or not any(word in str(refusal) for word in OF_NUMBERS):
            raise ModelError(
                f"{name!r} fails on a picture that its own processor prepared: {gist(refusal)}"
            ) from refusal
        kind = str(dtype).removeprefix("torch.")
        raise UsageError(
            f"{name!r} cannot compute in {kind} here ({gist(refusal)}); take --dtype float32"
        ) from None


@contextmanager
def prepared(image: Image, name: str) -> Iterator[None]:
    """UsageError tells of a picture of a form that a processor was not made for."""
    try:
        yield
    except ImportError as error:
        raise missing_package(f"what prepares pictures for {name!r} cannot work", error) from None
    except BROKEN as error:
        raise UsageError(
            f"what prepares pictures for {name!r} refuses this one of {image.size} "
            f"({gist(error)}); crop or pad it"
        ) from None


def _is_real(value: object) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()
