"""Where models go and in which numbers: on which device, in which dtype.

Who loads a model may say so. Where nobody does, the environment does: $DEIXIS_DEVICE and
$DEIXIS_DTYPE hold for every model that a process loads, and for the processes that it starts.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from deixis.core.errors import UnknownNameError, UsageError
from deixis.models.meta_tensors import is_hollow

DTYPES = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float64": torch.float64,
}
AUTO = "auto"  # as the checkpoint was saved
DEVICE, DTYPE = "DEIXIS_DEVICE", "DEIXIS_DTYPE"


def torch_dtype(dtype: str | torch.dtype) -> torch.dtype:
    """The dtype of that name."""
    if isinstance(dtype, torch.dtype):
        return dtype
    if dtype not in DTYPES:
        raise UnknownNameError(kind="dtype", name=str(dtype), known=[*DTYPES, AUTO])
    return DTYPES[dtype]


def checked_device(device: str | torch.device) -> torch.device:
    """The device; UsageError names those that there are."""
    try:
        found = torch.device(device)
        if found.type == "meta":
            raise RuntimeError("nothing is computed there")
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError) as refusal:  # torch's own ways to say no
        raise _no_device(device, refusal) from None
    return found


def move(model: Any, device: str | torch.device, dtype: torch.dtype | None = None) -> None:
    """Put a model on a device; UsageError names those that there are. A hollow one stays."""
    if is_hollow():
        model.to(dtype=dtype)
        return
    try:
        model.to(device=checked_device(device), dtype=dtype)
    except (RuntimeError, AssertionError) as refusal:
        raise _no_device(device, refusal) from None


def usual_device() -> str | None:
    """Where models go when nobody says it; of `torchrun`'s processes each has a GPU of its own."""
    device, rank = os.environ.get(DEVICE) or None, os.environ.get("LOCAL_RANK")
    return f"cuda:{rank}" if device == "cuda" and rank is not None else device


def usual_dtype() -> str | None:
    """In which numbers models are loaded when nobody says it."""
    return os.environ.get(DTYPE) or None


@contextmanager
def placed(device: str | None, dtype: str | None) -> Iterator[None]:
    """All models that are loaded meanwhile, here and in processes that are started, go to this
    device and have this dtype, where nobody says otherwise; both are checked first.
    """
    if device is not None:
        checked_device(device)
    if dtype is not None and dtype != AUTO:
        torch_dtype(dtype)
    before = {name: os.environ.get(name) for name in (DEVICE, DTYPE)}
    given = {DEVICE: device, DTYPE: dtype}
    os.environ.update({name: value for name, value in given.items() if value is not None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _no_device(device: str | torch.device, refusal: Exception) -> UsageError:
    there = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    there += ["mps"] if torch.backends.mps.is_available() else []
    said = str(refusal).strip().partition("\n")[0] or type(refusal).__name__
    return UsageError(
        f"cannot use the device {str(device)!r} ({said}); there are: {', '.join(['cpu', *there])}"
    )
