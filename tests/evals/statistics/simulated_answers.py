"""Answers are simulated as models give them: what seeds, drawings and questions share is drawn.

A question is answered rightly where a sum of normal draws is above zero. Part of it all arms share
(a drawing is easy), part is an arm's own: of a seed (a training went well), of a drawing (this arm
reads it worse), of a seed with a drawing. So differences between arms vary by seed and by drawing.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from deixis.evals.findings import JudgedTrial
from deixis.evals.statistics.effects import Judged

NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """Standard deviations beside that of an answer alone, 1; and the sizes.

    `questions` are those of a drawing in the mean; with `uneven`, some drawings have many.
    """

    seeds: int = 3
    drawings: int = 100
    questions: int = 1
    shared: float = 0.0
    own: float = 0.0
    seed: float = 0.0
    cell: float = 0.0
    uneven: bool = False

    @property
    def whole(self):
        """The standard deviation of all parts together."""
        parts = (self.shared, self.own, self.seed, self.cell)
        return sqrt(1 + sum(part**2 for part in parts))

    def sizes(self, draws):
        """How many questions each drawing has."""
        if self.uneven:
            return 1 + draws.geometric(1 / self.questions, self.drawings)
        return np.full(self.drawings, self.questions)

    def answers(self, draws, shares):
        """The drawing of each question, and an arm's answers, a row a seed, for each share."""
        clusters = np.repeat(np.arange(self.drawings), self.sizes(draws))
        easy = draws.normal(0, self.shared, self.drawings)
        found = []
        for share in shares:
            height = NORMAL.inv_cdf(share) * self.whole
            drawing = easy + draws.normal(0, self.own, self.drawings)
            cells = draws.normal(0, self.cell, (self.seeds, self.drawings)) + drawing
            seeds = draws.normal(0, self.seed, (self.seeds, 1))
            alone = draws.normal(0, 1, (self.seeds, len(clusters)))
            found.append(height + seeds + cells[:, clusters] + alone > 0)
        return clusters, found

    def difference(self, draws, first, second):
        """The second arm less the first, whose true shares these are."""
        clusters, (before, after) = self.answers(draws, (first, second))
        return self.judged(clusters, after.astype(float) - before)

    def share(self, draws, share):
        """One arm."""
        clusters, (only,) = self.answers(draws, (share,))
        return self.judged(clusters, only.astype(float))

    def judged(self, clusters, values):
        """With numbers for seeds, drawings and pictures."""
        return Judged(
            values=values.ravel(),
            seeds=np.repeat(np.arange(len(values)), len(clusters)),
            clusters=np.tile(clusters, len(values)),
            pictures=np.tile(np.arange(len(clusters)), len(values)),
        )

    def trials(self, draws, shares):
        """The same as a report's answers, a condition an arm."""
        clusters, found = self.answers(draws, shares.values())
        return [
            JudgedTrial(
                scene=place,
                condition=condition,
                pair="",
                is_right=bool(is_right),
                cluster=f"drawing {clusters[place]}",
                seed=seed,
            )
            for condition, arm in zip(shares, found, strict=True)
            for seed, row in enumerate(arm)
            for place, is_right in enumerate(row)
        ]
