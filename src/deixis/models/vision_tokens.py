"""Vision tokens as rows, whatever form a family keeps them in, and those of one region.

The tower's states can be changed on their way into the projector.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, final

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.region import Region
from deixis.core.token_grid import TokenGrid
from deixis.models.family import Joint
from deixis.models.interface import Picture, Question, TokenPlace, VisionLanguageModel
from deixis.models.language import Output
from deixis.models.tensor_interface import TokenChange, VisionTokens


def flat_rows(tokens: Output) -> Float[Tensor, "token dim"]:
    """All tokens in one tensor."""
    if isinstance(tokens, Tensor):
        return tokens.reshape(-1, tokens.shape[-1])
    return torch.cat([flat_rows(part) for part in tokens])


def reformed(flat: Float[Tensor, "token dim"], like: Output) -> Output:
    """Rows in the form that they came from."""
    if isinstance(like, Tensor):
        return flat.reshape(like.shape)
    counts = [flat_rows(part).shape[0] for part in like]
    parts = [reformed(part, old) for part, old in zip(flat.split(counts), like, strict=True)]
    return type(like)(parts)


def by_picture(
    flat: Float[Tensor, "token dim"], questions: Sequence[Question], grids: Sequence[TokenGrid]
) -> list[VisionTokens]:
    """The tokens of each picture of the questions, in their order, with what is known of it."""
    pictures = [picture for question in questions for picture in question.pictures]
    notes = [
        known
        for question in questions
        for known in question.notes or ((),) * len(question.pictures)
    ]
    parts = flat.split([grid.num_tokens for grid in grids])
    return [
        VisionTokens(tokens=tokens, grid=grid, picture=picture, notes=known)
        for tokens, grid, picture, known in zip(parts, grids, pictures, notes, strict=True)
    ]


def changed(seen: Sequence[VisionTokens], change: TokenChange) -> Float[Tensor, "token dim"]:
    """All of them after the change, which keeps their shapes."""
    after = list(change(seen))
    shapes = [tuple(tokens.shape) for tokens in after]
    expected = [tuple(one.tokens.shape) for one in seen]
    if shapes != expected:
        raise UsageError(f"a token change keeps the shapes {expected}, got {shapes}")
    return torch.cat(after)


@final
class KeptTokens:
    """A change of tokens that changes nothing, and has them in the end."""

    def __init__(self) -> None:
        self.seen: list[VisionTokens] = []

    def __call__(self, tokens: Sequence[VisionTokens]) -> Sequence[Tensor]:
        """They are kept, and go on as they are."""
        self.seen.extend(tokens)
        return [one.tokens for one in tokens]


@contextmanager
def before(joint: Joint, change: Callable[[Tensor], Tensor]) -> Iterator[None]:
    """While it lasts, the states that enter a joint are changed on their way."""

    def hook(module: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        states = named.get(joint.name) if joint.name is not None else given[0] if given else None
        if not isinstance(states, Tensor):
            kind = type(module).__name__
            raise UnsupportedError(f"{kind} is not called with states that Deixis could change")
        changed = _beside(states, joint.lead, change)
        if joint.name is not None:
            return given, {**named, joint.name: changed}
        return (changed, *given[1:]), named

    handle = joint.module.register_forward_pre_hook(hook, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


def _beside(states: Tensor, lead: int, change: Callable[[Tensor], Tensor]) -> Tensor:
    """The states changed but for the first of each row."""
    if not lead:
        return change(flat_rows(states)).reshape(states.shape)
    rest = states[:, lead:]
    return torch.cat([states[:, :lead], change(flat_rows(rest)).reshape(rest.shape)], dim=1)


def pooled_tokens(
    model: VisionLanguageModel, picture: Picture, region: Region | None, place: TokenPlace
) -> Float[Tensor, " dim"]:
    """The mean of a picture's tokens, of those over the region where there is one. With a gradient,
    where the weights want one.
    """
    return mean_over(model.vision_tokens([picture], place=place), [region])[0]


def mean_over(
    seen: Sequence[VisionTokens], regions: Sequence[Region | None]
) -> Float[Tensor, "picture dim"]:
    """The mean of each picture's tokens, of those over its region where it has one."""
    rows = []
    for one, region in zip(seen, regions, strict=True):
        chosen = tokens_over(one.grid, region)
        tokens = one.tokens[chosen] if len(chosen) else one.tokens
        rows.append(tokens.float().mean(dim=0))
    return torch.stack(rows)


def tokens_over(grid: TokenGrid, region: Region | None) -> Int64[np.ndarray, " token"]:
    """The tokens whose cell has its middle in the region's box, else the one nearest to the box's
    middle; all without a region; none where tokens have no place.
    """
    if region is None or not grid.spatial:
        return np.arange(grid.num_tokens if grid.spatial else 0)
    boxes, box = grid.boxes, region.box()
    x, y = boxes[:, [0, 2]].mean(1), boxes[:, [1, 3]].mean(1)
    inside = np.flatnonzero((x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1))
    if len(inside):
        return inside
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    distance = (x - middle[0]) ** 2 + (y - middle[1]) ** 2
    return np.array([int(np.nanargmin(distance))])
