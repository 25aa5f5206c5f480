"""Do lines of a thickness that training never had still point?"""

from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import swept
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene
from deixis_lab.zoo.training.marked_scenes import LINE_WIDTHS

USUAL = 3  # of most shapes; one pixel of 96
WIDTHS = (USUAL, 7, 10, 14, 20, 28, 40)


@final
class Thickness(Experiment):
    """One thing under one kind of line, from a hair to a beam."""

    claim: ClassVar[str] = "Marks of a thickness that was not trained are understood."
    source: ClassVar[str] = "ViP-LLaVA, generalisation"
    conditions: ClassVar[tuple[str, ...]] = tuple(str(width) for width in WIDTHS)
    baseline: ClassVar[str] = str(USUAL)
    axis: ClassVar[str] = (
        f"width in 1/336 of the picture's side (trained: {LINE_WIDTHS[0]} to {LINE_WIDTHS[1]})"
    )

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        return swept(scene, index, "width", WIDTHS)

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        low, high = LINE_WIDTHS
        unseen = [row.condition for row in findings.rows if not low <= int(row.condition) <= high]
        harm = findings.harmed(unseen)
        return replace(harm, words=f"of the widths that were not trained, {harm.words}")
