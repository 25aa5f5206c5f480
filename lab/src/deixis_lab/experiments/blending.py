"""Is a mark lost in what has nearly its own colour?"""

from dataclasses import replace
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis.marks import NAMED, coverage
from deixis_lab.examine.naming import LINED, kind_of, mark_of, marked, target_of
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene

UNLIKE, LIKE = "unlike what it covers", "like what it covers"


@final
class Blending(Experiment):
    """One thing under one kind of line, in the named colour that is farthest from the pixels under
    it and in the one that is nearest.
    """

    claim: ClassVar[str] = "A mark in nearly the colour of what it covers points as well as any."
    source: ClassVar[str] = "ViP-LLaVA's blending (equation 1); our own question"
    conditions: ClassVar[tuple[str, ...]] = (UNLIKE, LIKE)
    baseline: ClassVar[str] = UNLIKE

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "blending")
        if target is None:
            return []
        thing, kind = target.thing, kind_of(index, LINED)
        covered = coverage(mark_of(thing.region, kind, "red"), scene.image.size) > 127
        under = scene.image.pixels[covered].astype(int)
        if not len(under):
            return []
        away = {name: float(np.abs(under - rgb).sum(1).mean()) for name, rgb in NAMED.items()}
        colours = {UNLIKE: max(away, key=away.__getitem__), LIKE: min(away, key=away.__getitem__)}
        return [
            marked(condition, scene, mark_of(thing.region, kind, colour), thing)
            for condition, colour in colours.items()
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        harm, like = findings.harmed(), findings[LIKE]
        return replace(
            harm,
            words=f"{like.value:.1f} % in the nearest colour, "
            f"{findings[UNLIKE].value:.1f} % in the farthest; {harm.words}",
        )
