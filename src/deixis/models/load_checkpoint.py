"""A checkpoint on disk or on the hub as a model, and one that is loaded already."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from transformers import CLIPImageProcessorPil, LlavaImageProcessorPil

from deixis.core.errors import DeixisError, ModelError, UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.models.checkpoints import BROKEN, gist, of_tokenizers
from deixis.models.families import families, family_of
from deixis.models.generic import GenericModel
from deixis.models.hollow import is_hollow
from deixis.models.interface import Generation, Question, VisionLanguageModel
from deixis.models.load import options_of
from deixis.models.loading import Loading, open_checkpoint
from deixis.models.transformers_model import TransformersModel

MOST_ON_CPU = 2**30  # numbers of a model that is tried there: of a larger one it takes too long
PICTURE = (48, 64)  # rows and columns
CUTTING = (CLIPImageProcessorPil, LlavaImageProcessorPil)
KEPT = (
    "do_resize",
    "size",
    "resample",
    "do_center_crop",
    "crop_size",
    "do_rescale",
    "rescale_factor",
    "do_normalize",
    "image_mean",
    "image_std",
    "do_convert_rgb",
)


def load_checkpoint(
    place: str, *, name: str, **options: Any
) -> VisionLanguageModel:  # Any: fields of Loading
    """The checkpoint in a folder or on the hub, under that name."""
    loading = options_of(Loading, options)
    opened = open_checkpoint(place, loading)
    model = wrap(
        opened.model,
        opened.processor,
        name=name,
        batch_size=loading.batch_size,
        loading=loading.record(),
    )
    if loading.device_map is None and not is_hollow():  # which has no numbers to try
        _try_out(model, opened.model)
    return model


def wrap(
    model: Any,  # Any: transformers' own classes
    processor: Any,
    *,
    name: str,
    batch_size: int = 8,
    loading: Mapping[str, str] | None = None,
) -> VisionLanguageModel:
    """A model and processor that you have loaded yourself; a peft model's adapters stay active."""
    if batch_size < 1:
        raise UsageError(f"batch_size is at least 1, got {batch_size}")
    if not hasattr(processor, "image_processor") or not hasattr(processor, "tokenizer"):
        raise UsageError(
            f"a processor of pictures and words is needed (AutoProcessor), got "
            f"{type(processor).__name__}"
        )
    if hasattr(model, "get_base_model"):  # peft puts its layers inside the model that it wraps
        model = model.get_base_model()
    tokenizer = processor.tokenizer
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    family = family_of(model.config)
    if family not in families.names():
        return GenericModel(
            name=name,
            model=model,
            processor=processor,
            batch_size=batch_size,
            loading=loading or {},
        )
    return TransformersModel(
        name=name,
        family=families.get(family)(model, processor),
        batch_size=batch_size,
        loading=loading or {},
    )


def pad_to_squares(model: VisionLanguageModel) -> VisionLanguageModel:
    """The model with nothing of a picture cut off: shorter sides are filled with the mean colour.

    The processor says so, and is saved with what is trained.
    """
    before = model.family.image_processor if isinstance(model, TransformersModel) else None
    if not isinstance(model, TransformersModel) or not isinstance(before, CUTTING):
        raise UnsupportedError(f"{model.name} does not cut pictures to squares; leave pad=false")
    processor = copy.copy(model.family.processor)
    settings = {name: getattr(before, name) for name in KEPT}
    processor.image_processor = LlavaImageProcessorPil(**settings, do_pad=True)
    return replace(model, family=type(model.family)(model.family.model, processor))


def _try_out(model: VisionLanguageModel, module: torch.nn.Module) -> None:
    """Ask for one token; ModelError where the parts of a checkpoint do not fit together. What the
    model refuses in our own words it refuses again when it is asked.
    """
    weights = list(module.parameters())
    is_here = all(weight.device.type != "meta" for weight in weights)
    is_slow = any(weight.device.type == "cpu" for weight in weights)
    if not is_here or (is_slow and sum(weight.numel() for weight in weights) > MOST_ON_CPU):
        return
    picture = Image(pixels=np.full((*PICTURE, 3), 127, dtype=np.uint8))
    problem = f"{model.name!r} cannot be asked, its parts do not fit together"
    try:
        model.generate([Question(pictures=(picture,), text="?")], Generation(max_new_tokens=1))
    except DeixisError:
        return
    except BROKEN as error:
        raise ModelError(f"{problem}: {gist(error)}") from error
    except Exception as error:  # the class that tokenizers raises is this one
        raise of_tokenizers(problem, error) from error
