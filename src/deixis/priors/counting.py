"""Names above a picture's own in one block of float32 scores, and half of those level with it.

What lies so near to the own name's score that float32 could be wrong about it is made again in
float64; there, scores within TIE of one another are level. The own name is no rival of its own.

The compiled way, `c/`, gives the same in one pass over the scores. It is built when the package is
installed with a C compiler at hand (`build_compiled.py` at the root). Without it, and on other
devices than the processor, torch counts.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import final

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from deixis.core.optional_parts import open_library
from deixis.priors.unit_embeddings import Sides

TIE = 1e-11  # cosines nearer than this are level; float64 is wrong by at most 2⁻⁵³ times the width
RUN = 64  # scores that are looked through together for such


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ScoreBlock:
    """Scores of some pictures and some names, and what is known of their own names'.

    What is above `high` surely stands above the own name; what is not above `low` surely does not.
    `columns` are filled, of as many as whole RUNs have; the rest is -inf.
    """

    sides: Sides
    images: slice
    names: slice
    score: Float[Tensor, "image column"]
    high: Float[Tensor, " image"]
    low: Float[Tensor, " image"]
    goals: Float64[Tensor, " image"]  # the cosine of each picture and its own name
    columns: int


def counted(block: ScoreBlock, spare: Float[Tensor, "image column"]) -> Float64[Tensor, " image"]:
    """By torch, on any device. `spare` is overwritten."""
    runs = spare.unflatten(1, (-1, RUN))
    torch.gt(block.score, block.high[:, None], out=spare)
    above = runs.sum(-1)
    torch.gt(block.score, block.low[:, None], out=spare)
    near = runs.sum(-1).sub_(above)
    count = above.sum(1).double()
    rows, columns = _near(block, near.nonzero())
    images, names = rows + block.images.start, columns + block.names.start
    is_rival = block.sides.own[images] != names
    rows, images, names = rows[is_rival], images[is_rival], names[is_rival]
    apart = block.sides.cosines(images, names) - block.goals[rows]
    worth = (apart > TIE).double() + 0.5 * (apart.abs() <= TIE).double()
    return count.index_add_(0, rows, worth)


def _near(
    block: ScoreBlock, hits: Int64[Tensor, "hit 2"]
) -> tuple[Int64[Tensor, " pair"], Int64[Tensor, " pair"]]:
    """Rows and columns of the few scores that may be level, which lie in these runs of rows."""
    rows, runs = hits.T
    found = block.score.unflatten(1, (-1, RUN))[rows, runs]
    is_near = (found > block.low[rows, None]) & ~(found > block.high[rows, None])
    run, inside = is_near.nonzero(as_tuple=True)
    return rows[run], runs[run] * RUN + inside


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


def counted_compiled(block: ScoreBlock) -> Float64[Tensor, " image"] | None:
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
    block: ScoreBlock, rows: tuple[Tensor, ...], reals: tuple[Tensor, ...], own: Tensor
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
