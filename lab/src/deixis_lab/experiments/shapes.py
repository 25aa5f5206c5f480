"""Are all eight marks understood alike?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import colour_over, mark_of, marked, target_of
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene
from deixis_lab.zoo.training.scene_mark import KINDS

ALIKE = 5.0  # points by which two marks may differ and still count as alike


@final
class Shapes(Experiment):
    """One thing under each of the eight marks in turn, in one colour."""

    claim: ClassVar[str] = "All eight marks score alike, point and ellipse slightly ahead."
    source: ClassVar[str] = "ViP-LLaVA, ablation of shapes"
    conditions: ClassVar[tuple[str, ...]] = KINDS
    baseline: ClassVar[str] = "rectangle"

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "shapes")
        if target is None:
            return []
        colour = colour_over(target.thing, target.draws)
        return [
            marked(kind, scene, mark_of(target.thing.region, kind, colour), target.thing)
            for kind in KINDS
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.alike([row.condition for row in findings.rows], margin=ALIKE)
