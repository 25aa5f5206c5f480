"""A checkpoint on disk or on the hub as a model, and one that is loaded already."""

from collections.abc import Mapping
from typing import Any

from deixis.core.errors import UsageError
from deixis.models._trial import try_out
from deixis.models.families import families, family_of
from deixis.models.generic import GenericModel
from deixis.models.hollow import is_hollow
from deixis.models.interface import VisionLanguageModel
from deixis.models.load import options_of
from deixis.models.loading import Loading, open_checkpoint
from deixis.models.transformers_model import TransformersModel


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
        try_out(model, opened.model)
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
