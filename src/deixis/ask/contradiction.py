"""When a closer look contradicts the looks before it, and when it tells nothing new.

The first look has the whole picture, and what a crop leaves out may be what told two look-alikes
apart. So the first answer stands wherever a close-up finds nothing, finds something far away or of
another size, or moves the place much further than the model's own answers scatter.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from deixis.ask.found import Look
from deixis.core.region import Region
from deixis.core.shapes import Point

FAR = 0.04  # of the earlier window's sides; models that err by 1 to 2 % of them mostly stay within
OTHER_SIZE = 3  # times as wide or as high, beyond what errors of FAR at both edges explain
LEAPS = 3  # times the later steps' scatter, each as a share of what was seen
LEAST_SCATTER = 0.003  # of what was seen; dialects count in thousandths
STABLE = 0.001  # of the earlier window's sides


def contradiction(looks: Sequence[Look], step_of_numbers: float = 0.0) -> str:
    """Why the last of the looks, each with its place first, contradicts the ones before it; empty
    where it does not. Answers scatter by the step of the dialect's numbers at least, as a share of
    the picture.
    """
    before, last = looks[-2], looks[-1]
    for earlier, saw in ((before, "the look before it"), (looks[0], "the first look")):
        moved = step(earlier, last)
        if moved > FAR:
            return f"far away: {moved:.1%} of the side of what {saw} saw"
    if (told := _other_size(before, last)) is not None:
        return told
    steps = [step(one, other) for one, other in pairwise(looks)]
    least = max(LEAST_SCATTER, step_of_numbers)
    if len(steps) > 1 and steps[0] > LEAPS * max(least, *steps[1:]):
        centre = last.regions[0].centre()
        if not _holds(looks[0].regions[0], centre):
            return (
                f"the first close-up moved the place by {steps[0]:.1%} of the picture, and the "
                f"next by {max(steps[1:]):.1%} of the crop: errors of one model do not differ so"
            )
    return ""


def is_stable(before: Look, last: Look) -> bool:
    """Whether a further look would tell nothing new: no edge has moved by a thousandth of what was
    seen.
    """
    one, other = before.regions[0].box(), last.regions[0].box()
    width, height = before.window.width, before.window.height
    moved = (
        abs(a - b) / side
        for a, b, side in zip(one.xyxy, other.xyxy, (width, height, width, height), strict=True)
    )
    return max(moved) <= STABLE


def step(before: Look, last: Look) -> float:
    """How far a look moved the place, as a share of the sides of the window before it."""
    one, other = before.regions[0].box(), last.regions[0].box()
    across = (other.x0 + other.x1 - one.x0 - one.x1) / 2 / before.window.width
    down = (other.y0 + other.y1 - one.y0 - one.y1) / 2 / before.window.height
    return math.hypot(across, down)


def _other_size(before: Look, last: Look) -> str | None:
    """Why a place has another size than the one before it; None where it has not."""
    one, other = before.regions[0], last.regions[0]
    if isinstance(one.shape, Point) or isinstance(other.shape, Point):
        return None
    old, new, window = one.box(), other.box(), before.window
    for name, was, now, side in (
        ("wide", old.width, new.width, window.width),
        ("high", old.height, new.height, window.height),
    ):
        less, more = min(was, now), max(was, now)
        if more > OTHER_SIZE * less + 2 * FAR * side:
            return f"another size: {now:.0f} pixels {name}, and {was:.0f} before it"
    return None


def _holds(region: Region, place: Point) -> bool:
    """Whether a place is in a region's box."""
    box = region.box()
    return box.x0 <= place.x <= box.x1 and box.y0 <= place.y <= box.y1
