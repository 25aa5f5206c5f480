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

from deixis.core.optional_parts import open_library
from deixis.priors.counting import TIE, Block

LIBRARY = Path(__file__).parent / "c" / "ranks.so"
_At, _Number = ctypes.c_void_p, ctypes.c_int64
_Count = Callable[..., int]
DONE = 0  # any other answer: nothing was done


def _declared(library: ctypes.CDLL) -> _Count:
    """As `c/ranks.c` declares it."""
    count = library.deixis_count_above
    count.restype = ctypes.c_int
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
    return open_library(LIBRARY, _declared)


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
    own = (sides.own[block.images] - block.names.start).contiguous()
    rows = (block.high.contiguous(), block.low.contiguous(), images, names)
    reals = (sides.by_image[block.images], sides.by_name[block.names], block.goals)
    if not _are_sound(block, rows, reals, own):
        return None
    kept = (block.score, *rows, *reals, own)  # until the call is over
    score, high, low, left, right, by_image, by_name, goals, own_at = (
        one.data_ptr() for one in kept
    )
    state = count_above(
        *(score, len(images), block.columns, block.score.stride(0)),
        *(high, low, left, right, images.shape[1]),
        *(by_image, by_name, goals, own_at),
        TIE,
        counts.data_ptr(),
    )
    return counts if state == DONE else None


def _are_sound(
    block: Block, rows: tuple[Tensor, ...], reals: tuple[Tensor, ...], own: Tensor
) -> bool:
    """Whether all is of the kind and size that the library reads."""
    num_images, num_names = rows[2].shape[0], rows[3].shape[0]
    score = block.score
    is_block = score.dtype == torch.float32 and score.device.type == "cpu"
    is_block = is_block and score.stride(1) == 1 and score.shape[0] >= num_images
    is_block = is_block and num_names == block.columns <= score.shape[1]
    singles = all(one.dtype == torch.float32 for one in rows)
    doubles = all(one.dtype == torch.float64 and one.is_contiguous() for one in reals)
    lengths = [len(one) for one in (*rows[:2], *reals, own)]
    are_whole = lengths == [*(num_images,) * 3, num_names, *(num_images,) * 2]
    is_wide = rows[2].shape[1] == rows[3].shape[1]
    return is_block and singles and doubles and are_whole and is_wide and own.dtype == torch.int64


def _is_readable(rows: Tensor) -> bool:
    return rows.device.type == "cpu" and rows.dtype == torch.float32 and rows.is_contiguous()
