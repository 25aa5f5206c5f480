"""Whether answers are of two meanings by turns, as of a server that mixes two ways."""

import numpy as np

from deixis.ask.probe.likelihood import LOST
from deixis.ask.probe.posterior import Posterior, ShownPlaces, alike

APART = 0.05  # of the side: meanings that a mixture may have
LEAST_GAIN = 12.0  # log-odds of two meanings against one
LEAST_KNOWN = 0.65  # of the answers, by both together
MIXED_ANSWERS, MIXED_SHARES = 3, (0.15, 0.3, 0.5, 0.7, 0.85)
LEADERS = 12  # of the likeliest meanings, beside the best of each answer


def mixture(found: Posterior, best: int, shown: ShownPlaces) -> str | None:
    """Two meanings that explain the answers together much better than any does alone."""
    whole = found.evidence.whole()
    width = int(np.log(whole[:, best]).sum(0).argmax())
    alone = float(np.log(whole[:, :, width]).sum(0).max())
    leaders = np.union1d(whole[:, :, width].argmax(1), np.argsort(-found.logs)[:LEADERS])
    each = whole[:, leaders, width]  # answer leader
    minor = (each[:, :, None] > each[:, None, :]).sum(0)
    gain = np.full((len(leaders), len(leaders)), -np.inf)
    known = np.zeros_like(gain)
    for share in MIXED_SHARES:
        both = share * each[:, :, None] + (1 - share) * each[:, None, :]
        gain = np.maximum(gain, np.log(both).sum(0) - alone)
        known = np.maximum(known, 1 - (LOST / both).mean(0))
    gain[(np.minimum(minor, minor.T) < MIXED_ANSWERS) | (known < LEAST_KNOWN)] = -np.inf
    meanings = [found.hypotheses.meanings[leader] for leader in leaders]
    weights = np.log([meaning.weight for meaning in meanings])
    likely = gain + weights[:, None] + weights[None]
    for place in np.argsort(-likely, axis=None):
        one, other = np.unravel_index(place, gain.shape)
        is_gain = one < other and gain[one, other] >= LEAST_GAIN
        if is_gain and not alike(found.hypotheses, int(leaders[one]), shown, APART)[leaders[other]]:
            return f"{meanings[one].told}; and {meanings[other].told}"
    return None
