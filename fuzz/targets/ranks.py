"""The compiled counting of ranks under sanitizers, beside a plain count."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np
import torch

from deixis.core.errors import DeixisError
from deixis.priors import counting
from deixis.priors.exact_ranks import Blocks, exact_ranks
from fuzz.mutate import json_mutant
from fuzz.targets import Target

DTYPES = ("float32", "float64", "float16", "int32", "int64", "int16", "uint8")


@final
class Ranks(Target):
    """Sizes, dtypes, strides and rows, as JSON; the numbers follow from the seed."""

    library = "ranks"
    deadline = 20.0

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if sanitized := os.environ.get("DEIXIS_SANITIZED"):
            counting.LIBRARY = Path(sanitized)
            assert counting.is_compiled(), f"{sanitized} does not load"

    def seeds(self) -> Sequence[bytes]:
        """Small sizes of every kind."""
        told = {"seed": 1, "images": 9, "names": 5, "dim": 6, "own": 3, "block": 4}
        more = [{"of": "float32", "own_of": "int64", "step": step} for step in (1, 2)]
        return [json.dumps(told | one).encode() for one in more]

    def made(self, generator: np.random.Generator) -> bytes:
        """Any sizes up to some dozens."""
        images, names, dim, block = (int(value) for value in generator.integers(1, 70, 4))
        told = {
            **{"seed": int(generator.integers(2**31)), "images": images, "names": names},
            **{"dim": dim, "own": int(generator.integers(0, names)), "block": block},
            **{"of": str(generator.choice(DTYPES[:3])), "own_of": str(generator.choice(DTYPES))},
            "step": int(generator.integers(1, 4)),
        }
        return json.dumps(told).encode()

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """One value of it changed."""
        return json_mutant(data, generator)

    def run(self, data: bytes) -> None:
        """Count, and compare with scores that are sorted."""
        try:
            told = json.loads(data)
            sides = [
                min(max(int(told[name]), 1), 90) for name in ("images", "names", "dim", "block")
            ]
            seed, step = int(told["seed"]) % 2**31, min(max(int(told["step"]), 1), 4)
            of, own_of = str(told["of"]), str(told["own_of"])
            first = int(told["own"])
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            return
        if of not in DTYPES or own_of not in DTYPES or abs(first) > 120:
            return
        images, names, dim, block = sides
        generator = torch.Generator().manual_seed(seed)
        one = torch.randn(images * step, dim, generator=generator)[::step].to(getattr(torch, of))
        other = torch.randn(names, dim * step, generator=generator)[:, ::step].to(one.dtype)
        own = (torch.arange(images) * 7 + first).remainder(names + max(0, first - names))
        try:
            ranks = exact_ranks(
                one, other, own.to(getattr(torch, own_of)), blocks=Blocks(images=block, names=block)
            )
        except DeixisError:
            return
        assert ((ranks >= 1) & (ranks <= names)).all()
        if of in ("float32", "float64") and bool(one.norm(dim=1).gt(0).all()):
            _check(one.double(), other.double(), own, ranks)


def _check(one: torch.Tensor, other: torch.Tensor, own: torch.Tensor, ranks: np.ndarray) -> None:
    """Within the ties of rounding, each rank is one more than the names that are nearer."""
    cosines = (
        torch.nn.functional.normalize(one, dim=1) @ torch.nn.functional.normalize(other, dim=1).mT
    )
    goals = cosines.gather(1, own[:, None].long())
    surely = (cosines > goals + 1e-4).sum(1).numpy() + 1
    at_most = (cosines > goals - 1e-4).sum(1).numpy() + 1
    assert ((ranks >= surely) & (ranks <= at_most)).all(), (ranks, surely, at_most)
