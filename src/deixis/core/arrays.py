"""Arrays of any library become numpy's here; torch is looked for, never imported."""

import sys
from typing import Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class ArrayLike(Protocol):
    """Anything that numpy reads: a tensor of torch or jax, a mask of supervision."""

    def __array__(self) -> np.ndarray:
        """Its numbers are given as an array of numpy."""
        ...


def is_tensor(value: object) -> bool:
    """Whether a value is a tensor of torch, which is not there if nobody has imported it."""
    torch = sys.modules.get("torch")
    kind = getattr(torch, "Tensor", None)  # None also while torch itself is being imported
    return kind is not None and isinstance(value, kind)


def array_of(value: object) -> np.ndarray | None:
    """Numpy sees a value as this array, tensors of any device and dtype too; None of what is none.

    A list is none: what its numbers mean, others know.
    """
    if isinstance(value, np.ndarray):
        return value
    if is_tensor(value):
        return _tensor_array(value)
    if isinstance(value, type) or not isinstance(value, ArrayLike):
        return None
    return np.asarray(value)


def _tensor_array(tensor: object) -> np.ndarray:
    torch = sys.modules["torch"]
    still = torch.Tensor.detach(tensor).cpu()
    if still.is_floating_point() and still.dtype != torch.float64:
        still = still.float()  # numpy has no bfloat16
    array: np.ndarray = still.resolve_conj().resolve_neg().numpy()
    return array
