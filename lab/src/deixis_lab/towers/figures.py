"""How well a tower names drawings alone: by artist, by side, by list and by meaning.

A side is that of the drawing's picture; where a tower was taught no such side, it is enlarged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional

from deixis.evals.intervals import wilson
from deixis_lab.things.art import Art
from deixis_lab.things.drawings import Drawing
from deixis_lab.things.names import thing_named
from deixis_lab.towers.lite import STRIDE
from deixis_lab.towers.naming import NamingTower
from deixis_lab.towers.words import meanings

AT_ONCE = 64
FILLED = 0.88  # of a picture's side by the drawing's frame
PAPER = 1.0  # white
TOP = 5
SMALLEST = 64  # side that towers are taught


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NamingRate:
    """Of `num` drawings, one a name, by one artist at one side: shares that were named rightly.

    `top_five` counts those whose name is among the five best. Drawings of different names by one
    artist are independent, so Wilson's interval holds.
    """

    artist: str
    side: int
    num: int
    first: float
    top_five: float

    @property
    def interval(self) -> tuple[float, float]:
        """Of `first`, with 95 per cent."""
        found = wilson(self.first * self.num, self.num)
        return found.low, found.high


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """What a tower saw of one artist's drawings at one side, and the places of the right names."""

    artist: str
    side: int
    features: Float[Tensor, "picture width"]
    right: Int64[Tensor, " picture"]


@torch.no_grad()
def rates_by_list(tower: NamingTower, looked: Sequence[Seen]) -> list[NamingRate]:
    """By the linear head, among all the names that the tower lists."""
    return [_rate(tower.by_list(seen.features), seen) for seen in looked]


@torch.no_grad()
def rates_by_meaning(
    tower: NamingTower, looked: Sequence[Seen], names: Sequence[str]
) -> list[NamingRate]:
    """By what words mean, among these names: of names that no training had, zero-shot."""
    words = meanings(names)
    return [_rate(tower.by_meaning(seen.features, words), seen) for seen in looked]


def alone(art: Art, drawings: Sequence[Drawing], side: int) -> Float[Tensor, "picture 3 side side"]:
    """Each drawing in the middle of a white picture, -1..1."""
    inner = round(side * FILLED)
    whole = torch.stack([torch.from_numpy(art.level(one, inner).copy()) for one in drawings])
    drawn = whole.permute(0, 3, 1, 2).float() / 255
    drawn = functional.interpolate(drawn, (inner, inner), mode="bilinear", antialias=True)
    before = (side - inner) // 2
    after = side - inner - before
    drawn = functional.pad(drawn, (before, after, before, after))
    return (drawn[:, :3] + PAPER * (1 - drawn[:, 3:]) - 0.5) / 0.5


def main_drawing(art: Art, name: str, artist: str) -> Drawing | None:
    """An artist's drawing of what a name means first; None where there is none."""
    drawn = art.by_name.get(name, {}).get(artist, ())
    codes = thing_named(name).codes
    return min(drawn, key=lambda one: codes.index(one.code), default=None)


@torch.no_grad()
def looked_at(
    tower: NamingTower, art: Art, names: Sequence[str], artists: Sequence[str], sides: Sequence[int]
) -> list[Seen]:
    """Each artist's main drawings of these names at each side."""
    found = []
    was_training = tower.training
    tower.eval()
    for artist in artists:
        chosen = [(main_drawing(art, name, artist), place) for place, name in enumerate(names)]
        drawn = [(one, place) for one, place in chosen if one is not None]
        right = torch.tensor([place for _, place in drawn])
        for side in sides if drawn else ():
            features = [
                tower.features(
                    for_tower(alone(art, [one for one, _ in drawn[begin : begin + AT_ONCE]], side))
                )
                for begin in range(0, len(drawn), AT_ONCE)
            ]
            found.append(Seen(artist=artist, side=side, features=torch.cat(features), right=right))
    tower.train(was_training)
    return found


def for_tower(
    pictures: Float[Tensor, "picture 3 side side"],
) -> Float[Tensor, "picture 3 larger larger"]:
    """Pictures enlarged to a side that the tower was taught: its convolutions' borders fall where
    they fell in training at multiples of its stride alone.
    """
    side = max(SMALLEST, -(-pictures.shape[-1] // STRIDE) * STRIDE)
    if side == pictures.shape[-1]:
        return pictures
    return functional.interpolate(pictures, (side, side), mode="bilinear", align_corners=False)


def _rate(scores: Float[Tensor, "picture name"], seen: Seen) -> NamingRate:
    best = scores.topk(min(TOP, scores.shape[1])).indices
    return NamingRate(
        artist=seen.artist,
        side=seen.side,
        num=len(seen.right),
        first=float((best[:, 0] == seen.right).float().mean()),
        top_five=float((best == seen.right[:, None]).any(1).float().mean()),
    )
