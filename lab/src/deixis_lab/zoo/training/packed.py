"""Many questions on one picture in one row: each sees the picture and itself, none another.

Words with which all of them begin (what is known of the picture) stand in the row once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import final

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

IGNORED = -100
SHARED, PADDING = -2, -1


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """The token ids of a picture's questions, each with its answer after it."""

    prompts: tuple[tuple[int, ...], ...]
    answers: tuple[tuple[int, ...], ...]

    @property
    def shared(self) -> int:
        """How many tokens all questions begin with; each keeps one of its own."""
        if len(self.prompts) < 2:
            return 0
        alike = 0
        for ids in zip(*self.prompts, strict=False):
            if len(set(ids)) > 1:
                break
            alike += 1
        return min(alike, min(map(len, self.prompts)) - 1)

    def cut(self, most: int) -> "Row":
        """The first questions of so many tokens together, not counting what all share; the first of
        all is always there.
        """
        shared = self.shared
        lengths = [
            len(p) - shared + len(a) for p, a in zip(self.prompts, self.answers, strict=True)
        ]
        kept = sum(total <= most for total in accumulate(lengths)) or 1
        return Row(prompts=self.prompts[:kept], answers=self.answers[:kept])


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Packed:
    """Rows side by side. Pictures come before the tokens; `labels` are of the next token. `groups`
    tell the questions apart; what they share is of the group SHARED.
    """

    ids: Int64[Tensor, "picture token"]
    labels: Int64[Tensor, "picture token"]
    groups: Int64[Tensor, "picture token"]
    places: Int64[Tensor, "picture token"]


def pack(rows: Sequence[Row], *, fill: int) -> Packed:
    """The rows padded to one length; padding is a group of its own."""
    columns: list[list[list[int]]] = [[], [], [], []]
    for row in rows:
        ids, labels, groups, places = _joined(row)
        for column, values in zip(columns, (ids, labels, groups, places), strict=True):
            column.append(values)
    longest = max(len(ids) for ids in columns[0])
    fills = (fill, IGNORED, PADDING, 0)
    tensors = [
        torch.tensor([[*values, *[empty] * (longest - len(values))] for values in column])
        for column, empty in zip(columns, fills, strict=True)
    ]
    return Packed(ids=tensors[0], labels=tensors[1], groups=tensors[2], places=tensors[3])


def allowed(
    groups: Int64[Tensor, "picture token"], num_vision: int
) -> Bool[Tensor, "picture all all"]:
    """Which token may look at which: vision tokens and shared words at those before them, as a
    decoder's do; other words at these and at their own question's words up to themselves.
    """
    length = num_vision + groups.shape[1]
    vision = groups.new_full((len(groups), num_vision), SHARED)
    joined = torch.cat([vision, groups], dim=1)
    order = torch.ones(length, length, dtype=torch.bool, device=groups.device).tril()
    same = joined[:, :, None] == joined[:, None, :]
    return order & (same | (joined == SHARED)[:, None, :])


def additive(
    may_look: Bool[Tensor, "picture all all"], dtype: torch.dtype
) -> Float[Tensor, "picture 1 all all"]:
    """Zero where a token may look, very low where not."""
    low = torch.finfo(dtype).min
    return torch.zeros(may_look.shape, dtype=dtype, device=may_look.device).masked_fill(
        ~may_look, low
    )[:, None]


def _joined(row: Row) -> tuple[list[int], list[int], list[int], list[int]]:
    begin = row.shared
    ids = list(row.prompts[0][:begin]) if begin else []
    labels, groups, places = [IGNORED] * begin, [SHARED] * begin, list(range(begin))
    for group, (prompt, answer) in enumerate(zip(row.prompts, row.answers, strict=True)):
        # the last token of an answer is asked for, never shown
        shown = [*prompt[begin:], *answer[:-1]]
        ids += shown
        labels += [IGNORED] * (len(prompt) - begin - 1) + list(answer)
        groups += [group] * len(shown)
        places += range(begin, begin + len(shown))
    return ids, labels, groups, places
