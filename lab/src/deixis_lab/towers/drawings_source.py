"""Single drawings of things, restyled, and which name each has: what towers learn names from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
import torch
from typing_extensions import override

from deixis.train.source import Source
from deixis_lab.things.art import Art, open_art
from deixis_lab.things.artists import ARTISTS
from deixis_lab.things.drawings import Drawing
from deixis_lab.towers.restyle import restyled

COARSE, FINE = 64, 128  # the levels of the art that pictures are made from
SIDES, SHARES = (64, 96, 128), (0.6, 0.32, 0.08)  # of the pictures; a batch has one side
BLACK = frozenset(artist.name for artist in ARTISTS if artist.is_black)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A drawing to learn from, another to stand behind or before it, and what its batch's draws
    hang on if it is the first of one. `name` counts in the source's names.
    """

    drawing: Drawing
    stranger: Drawing
    name: int
    seed: int


@final
@dataclass(frozen=True, kw_only=True)
class RestyledDrawings(Source):
    """Endless pictures of named things by some artists.

    Each name is met as often as any other, and of its artists each as often, so that a thing with
    many members, or an artist with many drawings, does not count for more.
    """

    names: tuple[str, ...]
    artists: tuple[str, ...]
    art: str

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @property
    @override
    def digest(self) -> str:
        return open_art(self.art).digest

    @override
    def example(self, index: int, generator: np.random.Generator) -> Chosen:
        # a name comes up once in each round through all of them
        turn, place = divmod(index, len(self.names))
        order = np.random.default_rng([turn, len(self.names)]).permutation(len(self.names))
        name, other = int(order[place]), int(generator.integers(len(self.names)))
        return Chosen(
            drawing=self._drawing(name, generator),
            stranger=self._drawing(other, generator),
            name=name,
            seed=int(generator.integers(1 << 62)),
        )

    @override
    def collate(self, examples: Sequence[Chosen]) -> dict[str, np.ndarray]:
        """Pictures of one side as bytes, and the places of their names."""
        draws = np.random.default_rng(examples[0].seed)
        side = int(draws.choice(SIDES, p=SHARES))
        level = self._art.levels[COARSE if side <= COARSE else FINE]
        pictures = restyled(
            _premultiplied(level, [one.drawing for one in examples]),
            _premultiplied(level, [one.stranger for one in examples]),
            torch.tensor([one.drawing.artist in BLACK for one in examples]),
            side=side,
            generator=torch.Generator().manual_seed(examples[0].seed),
        )
        return {
            "pixels": ((pictures + 1) * 127.5).round().byte().numpy(),
            "names": np.array([one.name for one in examples]),
        }

    @cached_property
    def _art(self) -> Art:
        return open_art(self.art).only(self.artists)

    def _drawing(self, name: int, generator: np.random.Generator) -> Drawing:
        by_artist = self._art.by_name[self.names[name]]
        drawn = by_artist[sorted(by_artist)[int(generator.integers(len(by_artist)))]]
        return drawn[int(generator.integers(len(drawn)))]


def _premultiplied(level: np.ndarray, drawings: Sequence[Drawing]) -> torch.Tensor:
    pixels = np.stack([level[drawing.place] for drawing in drawings])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
