"""Pictures' and names' embeddings as ranks need them: lengths, cosines, blocks in float32."""

from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from deixis.core.errors import UsageError

PLAIN = (1e-15, 1e15)  # lengths whose inverses float32 holds well
PAIRS = 2048  # that are worked out at once in float64


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sides:
    """Both sides with the inverses of their lengths, and which name is whose."""

    images: Float[Tensor, "image dim"]
    names: Float[Tensor, "name dim"]
    own: Int64[Tensor, " image"]
    by_image: Float64[Tensor, " image"]
    by_name: Float64[Tensor, " name"]

    def cosines(
        self, images: Int64[Tensor, " pair"], names: Int64[Tensor, " pair"]
    ) -> Float64[Tensor, " pair"]:
        """In float64, pair by pair."""
        found = torch.empty(len(images), dtype=torch.float64, device=self.images.device)
        for begin in range(0, len(images), PAIRS):
            left, right = images[begin : begin + PAIRS], names[begin : begin + PAIRS]
            products = self.images[left].double().mul_(self.names[right])
            scale = self.by_image[left] * self.by_name[right]
            found[begin : begin + PAIRS] = products.sum(-1) * scale
        return found

    def own_cosines(self) -> Float64[Tensor, " image"]:
        """Of each picture and its own name."""
        everyone = torch.arange(len(self.images), device=self.images.device)
        return self.cosines(everyone, self.own)

    def some_names(self, rows: slice) -> Float[Tensor, "some dim"]:
        """As float32 of length 1."""
        return _scaled(self.names[rows], self.by_name[rows, None])

    def some_images(
        self, rows: slice
    ) -> tuple[Float[Tensor, "some dim"], Float64[Tensor, " some"]]:
        """As float32, with the lengths that they have: as they are where float32 holds that well,
        else of length 1.
        """
        some, inverse = self.images[rows], self.by_image[rows]
        if _is_plain(some, inverse):
            return some, inverse.reciprocal()
        return _scaled(some, inverse[:, None]), torch.ones_like(inverse)


def sides_of(
    images: Float[Tensor, "image dim"],
    names: Float[Tensor, "name dim"],
    own: Int64[Tensor, " image"],
) -> Sides:
    """UsageError where an embedding has no direction."""
    return Sides(
        images=images,
        names=names,
        own=own,
        by_image=_inverse_lengths(images, "picture"),
        by_name=_inverse_lengths(names, "name"),
    )


def _inverse_lengths(rows: Float[Tensor, "row dim"], what: str) -> Float64[Tensor, " row"]:
    inverse = torch.empty(len(rows), dtype=torch.float64, device=rows.device)
    for begin in range(0, len(rows), PAIRS):
        some = rows[begin : begin + PAIRS].double()
        inverse[begin : begin + PAIRS] = some.norm(dim=-1).reciprocal()
    bad = (~(inverse.isfinite() & (inverse > 0))).nonzero()
    if len(bad):
        raise UsageError(
            f"the embedding of {what} {int(bad[0])} is zero or not a number: it has no direction"
        )
    return inverse


def _scaled(
    some: Float[Tensor, "some dim"], inverse: Float64[Tensor, "some 1"]
) -> Float[Tensor, "some dim"]:
    if _is_plain(some, inverse):
        return some * inverse.float()
    return (some.double() * inverse).float()


def _is_plain(some: Float[Tensor, "some dim"], inverse: Float64[Tensor, "..."]) -> bool:
    return some.dtype == torch.float32 and bool(
        PLAIN[0] < inverse.min() and inverse.max() < PLAIN[1]
    )
