"""How exact a model's places are, once it is known what its numbers mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float

from deixis.ask.probe.estimate import Estimate, exact_share, resampled_median
from deixis.ask.probe.likelihood import Meaning, PlaceAnswer, in_order, region_shares


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Exactness:
    """What was measured on all answers with a place, those about a wrong thing included.

    `error` is the median distance of its numbers from the truth, in per cent of the side; `overlap`
    the median IoU of boxes; `found` the share of answers whose middle lies in the thing.
    """

    error: Estimate
    overlap: Estimate
    found: Estimate


def exactness(answers: Sequence[PlaceAnswer], meaning: Meaning, *, seed: int) -> Exactness:
    """Answers are measured as the meaning reads them."""
    placed = [answer for answer in answers if answer.has_place]
    read = [(answer, place_shares(answer, meaning)) for answer in placed]
    known = [(answer, shares) for answer, shares in read if shares is not None]
    boxes = [(answer, shares) for answer, shares in known if len(shares) == 4]
    return Exactness(
        error=resampled_median(
            [_error(shares, _truth(answer)) for answer, shares in known],
            [answer.picture.name for answer, _ in known],
            seed=seed,
        ),
        overlap=resampled_median(
            [_overlap(shares, _truth(answer)) for answer, shares in boxes],
            [answer.picture.name for answer, _ in boxes],
            seed=seed,
        ),
        found=exact_share(
            sum(_is_inside(shares, _truth(answer)) for answer, shares in known), len(placed)
        ),
    )


def place_shares(answer: PlaceAnswer, meaning: Meaning) -> Float[np.ndarray, " number"] | None:
    """The first place of an answer, as shares of the sides: x, y or x0, y0, x1, y1."""
    if meaning.space is None:
        region = answer.own.get(meaning.dialect or "")
        return None if region is None else np.array(region_shares(region, answer.picture))
    if not answer.written.groups:
        return None
    group = answer.written.groups[0]
    numbers = in_order(group.numbers, "x first" if group.is_named else meaning.order)
    step_x, step_y, start_x, start_y = meaning.space.line(answer.picture.size)
    return np.asarray(((numbers.reshape(-1, 2) - (start_x, start_y)) / (step_x, step_y)).ravel())


def _truth(answer: PlaceAnswer) -> Float[np.ndarray, "4"]:
    box = answer.picture.things[answer.target].box_region()
    return np.array(region_shares(box, answer.picture))


def _error(shares: Float[np.ndarray, " number"], truth: Float[np.ndarray, "4"]) -> float:
    """Per cent of the side, the mean over the numbers."""
    meant = truth if len(shares) == 4 else (truth[:2] + truth[2:]) / 2
    return float(100 * np.abs(shares - meant).mean())


def _overlap(shares: Float[np.ndarray, "4"], truth: Float[np.ndarray, "4"]) -> float:
    common = np.minimum(shares[2:], truth[2:]) - np.maximum(shares[:2], truth[:2])
    inside = float(np.prod(np.maximum(common, 0)))
    areas = [float(np.prod(np.maximum(one[2:] - one[:2], 0))) for one in (shares, truth)]
    return inside / (sum(areas) - inside)


def _is_inside(shares: Float[np.ndarray, " number"], truth: Float[np.ndarray, "4"]) -> bool:
    middle = shares.reshape(-1, 2).mean(0)
    return bool((middle >= truth[:2]).all() and (middle <= truth[2:]).all())
