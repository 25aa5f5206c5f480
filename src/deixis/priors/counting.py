"""Names above a picture's own in one block of float32 scores, and half of those level with it.

What lies so near to the own name's score that float32 could be wrong about it is made again in
float64; there, scores within TIE of one another are level. The own name is no rival of its own.
"""

from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from deixis.priors.unit_embeddings import Sides

TIE = 1e-11  # cosines nearer than this are level; float64 is wrong by at most 2⁻⁵³ times the width
RUN = 64  # scores that are looked through together for such


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Block:
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


def counted(block: Block, spare: Float[Tensor, "image column"]) -> Float64[Tensor, " image"]:
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
    block: Block, hits: Int64[Tensor, "hit 2"]
) -> tuple[Int64[Tensor, " pair"], Int64[Tensor, " pair"]]:
    """Rows and columns of the few scores that may be level, which lie in these runs of rows."""
    rows, runs = hits.T
    found = block.score.unflatten(1, (-1, RUN))[rows, runs]
    is_near = (found > block.low[rows, None]) & ~(found > block.high[rows, None])
    run, inside = is_near.nonzero(as_tuple=True)
    return rows[run], runs[run] * RUN + inside
