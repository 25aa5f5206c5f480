"""A model by its name: a tiny one, a checkpoint on disk or on the hub, or one behind a server."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, final

import torch

from deixis.core.errors import UnknownNameError, UsageError
from deixis.models import nano
from deixis.models._trial import try_out
from deixis.models.families import families, family_of
from deixis.models.generic import GenericModel
from deixis.models.hollow import hollowed, is_hollow
from deixis.models.interface import VisionLanguageModel
from deixis.models.loading import Loading, open_checkpoint
from deixis.models.placing import AUTO, checked_device, move, torch_dtype, usual_device, usual_dtype
from deixis.models.transformers_model import TransformersModel
from deixis.remote.model import from_name
from deixis.testing import tiny

Options = TypeVar("Options")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TinyLoading:
    """How a tiny random model is made."""

    seed: int = 0  # of its weights
    device: str | torch.device | None = None  # None: $DEIXIS_DEVICE, else the CPU
    dtype: str | torch.dtype | None = None  # None: $DEIXIS_DTYPE, else "float32"
    batch_size: int = 8  # questions answered at once

    @property
    def numbers(self) -> torch.dtype:
        """The dtype; "auto" is the one that it is made in."""
        said = self.dtype or usual_dtype() or AUTO
        return torch.float32 if said == AUTO else torch_dtype(said)


def load(name: str, **options: Any) -> VisionLanguageModel:  # Any: fields of the kind's dataclass
    """The model of that name.

    "nano" is the small trained one inside this package, "nano:llava" one that `deixis lab build`
    made; "tiny:llava" is a random one of a hundred thousand parameters (options: `TinyLoading`);
    "openai:MODEL@URL" is behind a server (options: `openai.Remote`); all else is a folder, or
    OWNER/NAME of the Hugging Face hub (options: `Loading`). A model of no known family is a
    `GenericModel`.
    """
    if name.startswith("openai:"):
        return from_name(name, **options)
    if name.startswith("tiny:"):
        return _tiny(name, _options(TinyLoading, options))
    loading = _options(Loading, options)
    is_nano = name == nano.SHIPPED or name.startswith(nano.PREFIX)
    if not is_nano and "/" not in name and not Path(name).is_dir():
        known = [nano.SHIPPED, *(f"tiny:{family}" for family in tiny.names())]
        raise UnknownNameError(
            kind="folder, hub model (OWNER/NAME) or model", name=name, known=known
        )
    opened = open_checkpoint(str(nano.folder_of(name)) if is_nano else name, loading)
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


def _tiny(name: str, loading: TinyLoading) -> VisionLanguageModel:
    device, dtype = checked_device(loading.device or usual_device() or "cpu"), loading.numbers
    built = tiny.build(name.removeprefix("tiny:"), seed=loading.seed)
    model: Any = built.model
    move(model, device, dtype)
    if is_hollow():
        hollowed(model)
    seed = {"seed": str(loading.seed)}
    return wrap(model, built.processor, name=name, batch_size=loading.batch_size, loading=seed)


def _options(kind: type[Options], options: dict[str, Any]) -> Options:
    known = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    for option in options:
        if option not in known:
            raise UnknownNameError(kind="option of this kind of model", name=option, known=known)
    return kind(**options)
