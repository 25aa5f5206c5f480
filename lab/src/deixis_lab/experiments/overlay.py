"""Is it the mark that tells the model what is meant?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import colour_over, kind_of, mark_of, marked, naming, target_of
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene

DRAWN, UNDRAWN = "mark drawn", "same words, no mark"


@final
class Overlay(Experiment):
    """The same question with the mark on the picture and without."""

    claim: ClassVar[str] = (
        "A model that was taught marks answers about the marked thing because of the mark."
    )
    source: ClassVar[str] = "ViP-LLaVA, the overlay against the clean picture"
    conditions: ClassVar[tuple[str, ...]] = (UNDRAWN, DRAWN)
    baseline: ClassVar[str] = UNDRAWN

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "overlay")
        if target is None:
            return []
        thing = target.thing
        mark = mark_of(thing.region, kind_of(index), colour_over(thing, target.draws))
        return [
            naming(UNDRAWN, scene.image, mark, thing),
            marked(DRAWN, scene, mark, thing),
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.better(DRAWN)
