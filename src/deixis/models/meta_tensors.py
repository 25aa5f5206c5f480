"""Hollow tensors: shapes without numbers, on which a model of any size runs on any machine.

Weights are hollow and so is all that is computed of them; ids and masks, which decide where a model
goes, stay real. So a whole step of a training runs, and what would be allocated is counted.
"""

import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, final

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from typing_extensions import override

Module = TypeVar("Module", bound=nn.Module)


@final
class _Mode(FakeTensorMode):
    """The mode that hollow tensors meet in; their copies stay in it."""

    def __deepcopy__(self, memo: object) -> "_Mode":
        return self


_mode: ContextVar[FakeTensorMode | None] = ContextVar("hollow", default=None)
INDEXED = (
    torch.ops.aten.index.Tensor,
    torch.ops.aten.index_put.default,
    torch.ops.aten.index_put_.default,
)


@contextmanager
def hollow_models() -> Iterator[None]:
    """Within this, models are opened hollow: from their configurations, without their weights."""
    token = _mode.set(_Mode(allow_non_fake_inputs=True))
    try:
        with _Numberless(), warnings.catch_warnings():
            # copies of modules look at it, and do without
            warnings.filterwarnings("ignore", message="Accessing the data pointer of FakeTensor")
            # PaliGemma's processor makes an array of a tensor
            warnings.filterwarnings("ignore", message="__array__ implementation doesn't accept")
            yield
    finally:
        _mode.reset(token)


def is_hollow() -> bool:
    """Whether models are opened hollow just now."""
    return _mode.get() is not None


def has_numbers(tensor: Tensor) -> bool:
    """Whether there is more of it than its shape."""
    return not isinstance(tensor, FakeTensor)


def hollow_model(kind: Any, config: Any, dtype: torch.dtype | None = None) -> Any:
    """A model of a configuration; `kind` is its class, or an Auto class of transformers."""
    make = getattr(kind, "from_config", None) or kind._from_config
    with torch.device("meta"), torch.random.fork_rng(devices=[]):
        return hollowed(make(config, **({} if dtype is None else {"dtype": dtype})))


def hollowed(module: Module) -> Module:
    """The module with hollow weights, in place; each is trained or not, and tied, as it was."""
    mode = _mode.get()
    assert mode is not None, "within hollow_models"
    done: dict[int, tuple[Tensor, Tensor]] = {}  # and the old one, or its id would go around
    for owner in module.modules():
        for kept in (owner._parameters, owner._buffers):
            for name, tensor in kept.items():
                if tensor is None or not (tensor.is_floating_point() or tensor.is_meta):
                    continue
                if id(tensor) not in done:
                    new = _hollow(tensor, mode, is_weight=kept is owner._parameters)
                    done[id(tensor)] = tensor, new
                kept[name] = done[id(tensor)][1]  # type: ignore[assignment]  # of its kind
    return module


def _hollow(tensor: Tensor, mode: FakeTensorMode, *, is_weight: bool) -> Tensor:
    found: Tensor = tensor
    if not isinstance(tensor, FakeTensor):
        found = FakeTensor(mode, tensor.detach().to("meta"), torch.device("cpu"))
    if is_weight:  # a copied one is no longer a parameter
        return nn.Parameter(found.detach(), tensor.requires_grad)
    return found


class _Numberless(TorchDispatchMode):
    """Does without the numbers that hollow tensors lack, where a program asks for one."""

    @override
    def __torch_dispatch__(
        self,
        func: Any,  # Any: torch's own operators and their arguments
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default and isinstance(args[0], FakeTensor):
            return _number(args[0].dtype)
        if func in INDEXED:
            args = (args[0], _places(args[1]), *args[2:])
        return func(*args, **(kwargs or {}))


def _number(dtype: torch.dtype) -> float | int | bool:
    """What stands for a number that nobody knows: no division by it fails, no loss is infinite."""
    if dtype.is_floating_point:
        return 1.0
    return False if dtype == torch.bool else 1


def _places(indices: Sequence[Tensor | None]) -> list[Tensor | None]:
    """Real masks as the places that they choose, whose number is then known."""
    found: list[Tensor | None] = []
    for one in indices:
        if one is not None and one.dtype == torch.bool and not isinstance(one, FakeTensor):
            found += one.nonzero(as_tuple=True)
        else:
            found.append(one)
    return found


@final
class Allocated(TorchDispatchMode):
    """Counts the bytes of tensors that come and go while it is entered, as an allocator sees them:
    each storage once, from the operator that makes it until nothing refers to it any more.
    """

    def __init__(self, known: Sequence[Tensor] = ()) -> None:
        super().__init__()
        self.live = 0
        self.peak = 0
        self._known: dict[int, object] = {}
        for tensor in known:  # they were there before
            storage = tensor.untyped_storage()
            self._known[storage._cdata] = storage

    @override
    def __torch_dispatch__(
        self,
        func: Any,  # Any: torch's own operators and their arguments
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(made):
            if isinstance(leaf, Tensor):
                self._count(leaf)
        return made

    def _count(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key in self._known:
            return
        self._known[key] = weakref.ref(storage, self._forgetting(key, storage.nbytes()))
        self.live += storage.nbytes()
        self.peak = max(self.peak, self.live)

    def _forgetting(self, key: int, size: int) -> Callable[[object], None]:
        def forget(_: object) -> None:
            self.live -= size
            del self._known[key]

        return forget
