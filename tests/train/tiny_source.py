"""A source of numbers to learn, without torch."""

import time
from dataclasses import dataclass

import numpy as np

from deixis.core.errors import SampleError
from deixis.train.source import Source


@dataclass(frozen=True, kw_only=True)
class TinySource(Source):
    count: int | None = 37
    bad: tuple[int, ...] = ()
    seconds: float = 0.0

    @property
    def num_examples(self):
        return self.count

    def example(self, index, generator):
        time.sleep(self.seconds)
        if index in self.bad:
            raise SampleError(dataset="numbers.json", row=index, reason="it is odd")
        given = np.random.default_rng(index).normal(size=5)
        noise = generator.normal(size=5) * 0.1
        return {"given": given + noise, "wanted": given[:3] ** 2, "weight": 1 + index % 4}

    def collate(self, examples):
        names = ("given", "wanted", "weight")
        return {name: np.array([e[name] for e in examples], dtype=np.float32) for name in names}
