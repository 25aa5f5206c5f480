"""Does the head of an arrow decide, where both ends touch a thing?"""

import math
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.image import Image
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis.marks import NAMED
from deixis.marks.primitives import Lines, Rings
from deixis.marks.render import draw_ink
from deixis.marks.style import ALPHA
from deixis_lab.examine.naming import NAME, target_of
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene, Thing
from deixis_lab.zoo.training.marked_scenes import mark_colours

HEAD, NONE = "with a head", "shaft alone"
WIDTH, HEAD_SIDE = 1 / 64, 1 / 12  # of the picture's side
BARB = math.pi / 6


@final
class ArrowDirection(Experiment):
    """One line from thing to thing, with a head at either end in turn, and with none."""

    claim: ClassVar[str] = (
        "The head of an arrow tells which of the two things at its ends is meant."
    )
    source: ClassVar[str] = "ViP-LLaVA, arrow direction: 90.3 % of 3,520 pairs for 13B"
    conditions: ClassVar[tuple[str, ...]] = (NONE, HEAD)
    baseline: ClassVar[str] = NONE

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "arrow_direction")
        if target is None or not target.others:
            return []
        thing = target.thing
        other = target.others[int(target.draws.integers(len(target.others)))]
        both = set(mark_colours(thing.colour)) & set(mark_colours(other.colour))
        colours = sorted(both) or list(mark_colours(thing.colour))
        colour = colours[int(target.draws.integers(len(colours)))]
        text = NAME.format(mark=f"pointed to by the {colour} arrow")
        return [
            Trial(
                condition=condition,
                image=_pointed(scene.image, at, away, colour, has_head=condition == HEAD),
                text=text,
                answer=at.name,
                pair=end,
                cluster=at.drawing,
            )
            for end, at, away in (("one", thing, other), ("other", other, thing))
            for condition in self.conditions
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.better(HEAD)


def _middle(thing: Thing, size: Size) -> XY:
    """The pixel of what is seen of a thing that lies nearest to the mean of all."""
    inside = np.argwhere(thing.region.mask(size).to_array())
    row, column = inside[np.abs(inside - inside.mean(0)).sum(1).argmin()]
    return float(column) + 0.5, float(row) + 0.5


def _pointed(image: Image, at: Thing, away: Thing, colour: str, *, has_head: bool) -> Image:
    """The picture with a line between two things, perhaps with a head on the first."""
    tip, tail = _middle(at, image.size), _middle(away, image.size)
    pixels = image.pixels.copy()
    side = max(image.size.width, image.size.height)
    shaft = Lines(paths=((tip, tail),), width=max(1.0, WIDTH * side))
    turn = math.atan2(tail[1] - tip[1], tail[0] - tip[0])
    ends = [turn + BARB, turn - BARB]
    reach = HEAD_SIDE * side
    barbs = [(tip[0] + reach * math.cos(a), tip[1] + reach * math.sin(a)) for a in ends]
    ink = Rings(rings=((tip, *barbs),) if has_head else (), lines=(shaft,))
    draw_ink(pixels, ink, NAMED[colour], ALPHA)
    return Image(pixels=pixels, source=image.source)
