"""A model by its name: a tiny one, a checkpoint on disk or on the hub, or one behind a server."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from deixis.core.errors import UnknownNameError, UsageError
from deixis.models._trial import try_out
from deixis.models.families import families, family_of
from deixis.models.generic import GenericModel
from deixis.models.hollow import is_hollow
from deixis.models.interface import VisionLanguageModel
from deixis.models.loading import Loading, open_checkpoint
from deixis.models.opener import listed_names, opener_of, openers
from deixis.models.shipped import SHIPPED, shipped_folder
from deixis.models.transformers_model import TransformersModel

Options = TypeVar("Options")


def load(name: str, **options: Any) -> VisionLanguageModel:  # Any: fields of the kind's dataclass
    """The model of that name.

    "nano" is the small trained one inside this package; "tiny:llava" is a random one of a hundred
    thousand parameters (options: `testing.tiny.opening.TinyLoading`); "openai:MODEL@URL" is behind
    a server (options: `remote.server_settings.Remote`); other packages add more such prefixes. All
    else is a folder, or OWNER/NAME of the Hugging Face hub (options: `Loading`). A model of no
    known family is a `GenericModel`.
    """
    opener = opener_of(name)
    if opener is not None:
        return opener.open(name, **options)
    if name == SHIPPED:
        return load_checkpoint(str(shipped_folder()), name=name, **options)
    if "/" not in name and not Path(name).is_dir():
        options_of(Loading, options)
        known = [SHIPPED, *listed_names()]
        raise UnknownNameError(
            kind="folder, hub model (OWNER/NAME) or model",
            name=name,
            known=known,
            package=openers.elsewhere.get(name.partition(":")[0]),
        )
    return load_checkpoint(name, name=name, **options)


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


def options_of(
    kind: type[Options], options: Mapping[str, Any]
) -> Options:  # Any: fields of the kind
    """The options of that dataclass; a name that it lacks is told."""
    known = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    for option in options:
        if option not in known:
            raise UnknownNameError(kind="option of this kind of model", name=option, known=known)
    return kind(**options)
