"""What a statistician checks: how often reports are wrong where nothing is, and find what is."""

from dataclasses import replace

import numpy as np
import pytest

from deixis.evals.claim_report import together
from deixis.evals.findings import found_in
from deixis.evals.statistics.distributions import student_quantile
from deixis.evals.statistics.effects import LEVEL, effect_of, share_of, variance_parts
from deixis.evals.statistics.planning import Variances, planned
from tests.evals.statistics.simulated_answers import Simulated

pytestmark = pytest.mark.long

RUNS = 400
MOST_WRONG = 30  # of RUNS
LEAST_COVERED = 0.93
MARGIN = 0.05
WORLDS = {
    "independent answers": Simulated(drawings=120),
    "few drawings": Simulated(drawings=15, questions=6, shared=1.0, own=0.5, seed=0.1, cell=0.3),
    "drawings that all seeds find hard": Simulated(drawings=40, questions=5, shared=1, own=0.7),
    "uneven drawings": Simulated(drawings=60, questions=4, own=0.7, seed=0.1, uneven=True),
    "seeds and drawings alike": Simulated(drawings=100, questions=3, own=0.7, seed=0.2),
    "seeds above all": Simulated(drawings=200, questions=2, shared=1, own=0.3, seed=0.5),
    "each seed its own drawings": Simulated(drawings=80, questions=4, cell=1.0, seed=0.05),
    "five seeds": Simulated(seeds=5, drawings=80, questions=3, own=0.6, seed=0.15),
    "one model": Simulated(seeds=1, drawings=80, questions=3, own=0.6),
}
SEED = 0


def draws_of(name, more=0):
    return np.random.default_rng([SEED, sorted(WORLDS).index(name), more])


@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
@pytest.mark.parametrize("name", WORLDS)
def test_where_nothing_differs_few_effects_are_claimed_and_intervals_cover(name, share):
    draws = draws_of(name)
    found = [effect_of(WORLDS[name].difference(draws, share, share)) for _ in range(RUNS)]
    assert sum(one.chance() < LEVEL for one in found) <= MOST_WRONG
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= LEAST_COVERED


@pytest.mark.parametrize("name", WORLDS)
def test_intervals_cover_an_effect_and_a_share(name):
    draws, world = draws_of(name, 1), WORLDS[name]
    gains = [effect_of(world.difference(draws, 0.45, 0.7)) for _ in range(RUNS)]
    assert np.mean([one.low <= 25 <= one.high for one in gains]) >= LEAST_COVERED
    for share in (0.2, 0.9):
        shares = [share_of(world.share(draws, share)) for _ in range(RUNS)]
        assert np.mean([one.low <= share <= one.high for one in shares]) >= LEAST_COVERED


def test_neither_seeds_alone_nor_drawings_alone_would_cover():
    few = {"seeds": "drawings that all seeds find hard", "drawings": "seeds above all"}
    for part, name in few.items():
        draws, covered = draws_of(name, 5), 0
        for _ in range(RUNS):
            judged = WORLDS[name].difference(draws, 0.6, 0.6)
            parts, value = variance_parts(judged), judged.values.mean()
            quantile = student_quantile(0.975, 2 if part == "seeds" else parts.num_drawings - 1)
            covered += abs(value) <= quantile * getattr(parts, part) ** 0.5
        assert covered < 0.85 * RUNS


@pytest.mark.parametrize("name", WORLDS)
def test_at_the_margin_equality_and_loss_are_seldom_claimed(name):
    draws = draws_of(name, 2)
    found = [effect_of(WORLDS[name].difference(draws, 0.6, 0.6 - MARGIN)) for _ in range(RUNS)]
    tested = [one for one in found if one.chance(-5.0) < LEVEL]
    equal = [one for one in tested if abs(one.value) < 5 and one.chance(5.0) < LEVEL]
    assert len(equal) <= MOST_WRONG
    assert sum(one.value > -5 for one in tested) <= MOST_WRONG  # "none lost more than 5"
    assert sum(one.value < -5 for one in tested) <= MOST_WRONG  # "lost more than 5"


LARGE = {
    "one model": Simulated(seeds=1, drawings=1500, questions=2, own=0.5),
    "seeds alike": Simulated(drawings=1500, questions=2, shared=1.0, own=0.5, cell=0.3),
    "five seeds": Simulated(seeds=5, drawings=1500, questions=2, own=0.5, seed=0.03),
}


@pytest.mark.parametrize("name", LARGE)
def test_reports_that_are_large_enough_tell_equality_and_not_at_the_margin(name):
    draws = np.random.default_rng([SEED, 6])

    def told(second):
        found = [effect_of(LARGE[name].difference(draws, 0.6, second)) for _ in range(RUNS)]
        return sum(
            abs(one.value) < 5 and max(one.chance(5.0), one.chance(-5.0)) < LEVEL for one in found
        )

    assert told(0.6) >= 0.8 * RUNS
    assert told(0.6 - MARGIN) <= MOST_WRONG


@pytest.mark.parametrize(
    "world",
    [
        Simulated(seeds=1, questions=2, own=0.5),
        Simulated(seeds=3, questions=2, shared=1.0, own=0.5, cell=0.3),
        Simulated(seeds=3, questions=1, own=0.3, seed=0.015),
        Simulated(seeds=5, questions=3, own=0.5, seed=0.05),
    ],
    ids=["one model", "seeds alike", "seeds a little apart", "five seeds"],
)
def test_at_the_planned_size_an_effect_of_the_margin_is_found(world):
    draws = np.random.default_rng([SEED, 3])
    pilot = replace(world, seeds=1 if world.seeds == 1 else 150, drawings=3000)
    variances = Variances.of(variance_parts(pilot.difference(draws, 0.6, 0.6 + MARGIN)))
    size = planned(variances, margin=5.0, num_seeds=world.seeds, questions=world.questions)
    asked = replace(world, drawings=size.num_drawings)
    found = [effect_of(asked.difference(draws, 0.6, 0.6 + MARGIN)) for _ in range(RUNS)]
    held = sum(one.chance() < LEVEL and one.value > 0 for one in found)
    assert held >= 0.8 * RUNS
    assert np.mean([one.half() for one in found]) <= 5.0


@pytest.mark.parametrize("name", ["few drawings", "seeds and drawings alike"])
def test_a_report_of_many_claims_without_an_effect_makes_few(name):
    draws, world = draws_of(name, 4), replace(WORLDS[name], drawings=15, questions=3)
    arms = dict.fromkeys(("a", "b", "c", "d", "e"), 0.6)
    claimed = harmed = alike = 0
    for _ in range(RUNS):
        findings = found_in(world.trials(draws, arms), list(arms), baseline="a")
        verdicts = together([findings.better(one) for one in "bcde"])
        claimed += any(one.held is not None for one in verdicts)
        harmed += findings.harmed(margin=0.0).held is False
        alike += findings.alike(list(arms), margin=0.01).held is not None
    assert claimed <= MOST_WRONG
    assert harmed <= MOST_WRONG
    assert alike <= MOST_WRONG
