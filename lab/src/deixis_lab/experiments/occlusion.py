"""How much of a mark can be hidden before it points no more?"""

from dataclasses import replace
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.image import Image
from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis.marks import coverage, draw
from deixis_lab.examine.naming import (
    LINED,
    colour_over,
    kind_of,
    mark_of,
    naming,
    target_of,
)
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene

HIDDEN = (0, 25, 50, 75, 90)


@final
class Occlusion(Experiment):
    """One thing under one kind of line, of which one end or side was wiped away."""

    claim: ClassVar[str] = "A mark still points when half of it cannot be seen."
    source: ClassVar[str] = "our own question"
    conditions: ClassVar[tuple[str, ...]] = tuple(str(share) for share in HIDDEN)
    baseline: ClassVar[str] = "0"
    axis: ClassVar[str] = "per cent of the mark's pixels that are wiped away"

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "occlusion")
        if target is None:
            return []
        thing = target.thing
        mark = mark_of(thing.region, kind_of(index, LINED), colour_over(thing, target.draws))
        rows, columns = np.nonzero(coverage(mark, scene.image.size))
        angle = target.draws.uniform(0, 2 * np.pi)
        order = np.argsort(columns * np.cos(angle) + rows * np.sin(angle), kind="stable")
        whole, trials = draw(scene.image, [mark]).pixels, []
        for share in HIDDEN:
            wiped = order[: len(order) * share // 100]
            pixels = whole.copy()
            pixels[rows[wiped], columns[wiped]] = scene.image.pixels[rows[wiped], columns[wiped]]
            trials.append(naming(str(share), Image(pixels=pixels), mark, thing))
        return trials

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        harm, half = findings.harmed(["50"]), findings["50"]
        return replace(
            harm,
            words=f"{half.value:.1f} % with half of it wiped away, "
            f"{findings[self.baseline].value:.1f} % with all of it; {harm.words}",
        )
