"""Vision tokens as rows, whatever form a family keeps them in, and the way into its projector."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.token_grid import TokenGrid
from deixis.models.family import Joint
from deixis.models.interface import Question
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
class Kept:
    """A change of tokens that changes nothing, and has them in the end."""

    def __init__(self) -> None:
        self.seen: list[VisionTokens] = []

    def __call__(self, tokens: Sequence[VisionTokens]) -> Sequence[Tensor]:
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
