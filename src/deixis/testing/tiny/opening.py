"""Opening a tiny model by its name: "tiny:llava"."""

from dataclasses import dataclass
from typing import Any, final

import torch

from deixis.models.checkpoint_model import wrap
from deixis.models.device_and_dtype import (
    AUTO,
    checked_device,
    move,
    torch_dtype,
    usual_device,
    usual_dtype,
)
from deixis.models.interface import VisionLanguageModel
from deixis.models.load_by_name import options_of
from deixis.models.meta_tensors import hollowed, is_hollow
from deixis.models.opener import Opener
from deixis.testing import tiny


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


def open_tiny(name: str, **options: Any) -> VisionLanguageModel:  # Any: fields of TinyLoading
    """A random model of a hundred thousand parameters."""
    loading = options_of(TinyLoading, options)
    device, dtype = checked_device(loading.device or usual_device() or "cpu"), loading.numbers
    built = tiny.build(name.partition(":")[2], seed=loading.seed)
    model: Any = built.model
    move(model, device, dtype)
    if is_hollow():
        hollowed(model)
    seed = {"seed": str(loading.seed)}
    return wrap(model, built.processor, name=name, batch_size=loading.batch_size, loading=seed)


TINY = Opener(open=open_tiny)
