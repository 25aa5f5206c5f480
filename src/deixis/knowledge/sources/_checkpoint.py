"""Checkpoints of transformers that see things: safetensors only, every failure in one line."""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, final

import torch
from huggingface_hub.errors import StrictDataclassError
from PIL import Image as PIL
from safetensors import SafetensorError
from transformers import AutoConfig

from deixis.core.errors import DeixisError, ModelError, UsageError
from deixis.core.image import Image
from deixis.knowledge.encoders._pooled import revision_of

LONGEST = 16  # times as long as wide
PACKAGES = ("timm", "torchvision", "scipy")  # that some of transformers' classes ask for
# what transformers raises on a checkpoint that it cannot open
BROKEN = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    SafetensorError,
    StrictDataclassError,
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A model in float32 and what prepares pictures for it. The model may be moved: pictures
    follow it.
    """

    name: str
    model: Any  # Any: transformers' own classes
    processor: Any

    def record(self, kind: str, cut: float) -> Mapping[str, str]:
        """What of it notes depend on."""
        return {
            "source": f"{kind}:{self.name}",
            "model_type": str(self.model.config.model_type),
            "revision": revision_of(self.name, self.model),
            "transformers": metadata.version("transformers"),
            "least_score": f"{cut:g}",
        }


def config_of(name: str) -> Any:  # Any: transformers' own classes
    """The configuration of a folder or hub id."""
    folder = Path(name).expanduser()
    if not folder.is_dir() and ("/" not in name or name.startswith((".", "/", "~"))):
        raise UsageError(f"there is no folder {name!r}; a model of the hub is named OWNER/NAME")
    with said(f"the configuration of {name!r} cannot be read"):
        return AutoConfig.from_pretrained(where(name))


def load_checkpoint(name: str, config: Any, model_class: Any, prepare: Any) -> Checkpoint:
    """The model of that class, and the processor of one of the Auto classes or of its own."""
    folder = Path(where(name))
    if folder.is_dir() and not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"{name!r} has no .safetensors file; weights of other kinds can run code and stay shut"
        )
    # Pillow's resize, which needs no torchvision
    with said(f"what prepares pictures for {name!r} cannot be loaded"):
        processor = prepare.from_pretrained(where(name), backend="pil")
    with said(f"the weights of {name!r} cannot be loaded"):
        model, report = model_class.from_pretrained(
            where(name),
            config=config,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are in the report, and refused below
        )
    misfits = [str(key[0]) for key in report["mismatched_keys"]]
    for problem, keys in (("another shape", misfits), ("no values", report["missing_keys"])):
        if keys:
            some = ", ".join(sorted(keys)[:3])
            raise ModelError(f"the weights of {name!r} have {problem} for {len(keys)}: {some}")
    return Checkpoint(name=name, model=model.eval().requires_grad_(False), processor=processor)


def where(name: str) -> str:
    """The folder of that name, or else the hub id."""
    folder = Path(name).expanduser()
    return str(folder) if folder.is_dir() else name


@contextmanager
def said(problem: str) -> Iterator[None]:
    """Say in one line of ours what transformers says in a traceback."""
    try:
        yield
    except ImportError as error:
        raise _missing(problem, error) from None
    except BROKEN as error:
        raise ModelError(f"{problem}: {_gist(error)}") from None


def padded(image: Image) -> PIL.Image:
    """The picture from the left top on; a very long one gets a ground of its mean colour, as
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
def prepared(image: Image, name: str) -> Iterator[None]:
    """The same for a picture of a form that a processor was not made for."""
    try:
        yield
    except ImportError as error:
        raise _missing(f"what prepares pictures for {name!r} cannot work", error) from None
    except (ValueError, ZeroDivisionError, IndexError, RuntimeError) as error:
        raise UsageError(
            f"what prepares pictures for {name!r} refuses this one of {image.size} "
            f"({_gist(error)}); crop or pad it"
        ) from None


def _missing(problem: str, error: ImportError) -> DeixisError:
    for package in PACKAGES:
        if re.search(rf"\b{package}\b", str(error)):
            return UsageError(f"{problem}: it needs the package {package!r}: pip install {package}")
    return ModelError(f"{problem}: {_gist(error)}")


def _gist(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2]).rstrip(".") or type(error).__name__
