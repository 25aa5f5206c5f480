"""The compiled way to count, `c/`, where it was built: the same ranks, in a pass over the scores.

It is built when the package is installed with a C compiler at hand (`build_compiled.py` at the
root). Without it, and on other devices than the processor, torch counts.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from jaxtyping import Float64
from torch import Tensor

from deixis.core.compiled import opened
from deixis.priors.counting import TIE, Block

LIBRARY = Path(__file__).parent / "c" / "ranks.so"
_At, _Number = ctypes.c_void_p, ctypes.c_int64
_Count = Callable[..., None]


def _declared(library: ctypes.CDLL) -> _Count:
    """As `c/ranks.c` declares it."""
    count = library.deixis_count_above
    count.restype = None
    count.argtypes = (
        *(_At, _Number, _Number, _Number),
        *(_At,) * 4,
        _Number,
        *(_At,) * 4,
        ctypes.c_double,
        _At,
    )
    return count


@cache
def _count_above() -> _Count | None:
    return opened(LIBRARY, _declared)


def is_compiled() -> bool:
    """Whether the compiled way is there."""
    return _count_above() is not None


def counted_compiled(block: Block) -> Float64[Tensor, " image"] | None:
    """None, with nothing done, where torch has to do it."""
    count_above, sides = _count_above(), block.sides
    images, names = sides.images[block.images], sides.names[block.names]
    if count_above is None or not (_is_readable(images) and _is_readable(names)):
        return None
    counts = torch.zeros(len(images), dtype=torch.float64)
    kept = (  # until the call is over
        block.score,
        *(block.high.contiguous(), block.low.contiguous(), images, names),
        *(sides.by_image[block.images], sides.by_name[block.names], block.goals),
        (sides.own[block.images] - block.names.start).contiguous(),
    )
    score, high, low, left, right, by_image, by_name, goals, own = (one.data_ptr() for one in kept)
    count_above(
        *(score, len(images), block.columns, block.score.stride(0)),
        *(high, low, left, right, images.shape[1]),
        *(by_image, by_name, goals, own),
        TIE,
        counts.data_ptr(),
    )
    return counts


def _is_readable(rows: Tensor) -> bool:
    return rows.device.type == "cpu" and rows.dtype == torch.float32 and rows.is_contiguous()
