"""How much may show through a mark before it points no more?"""

from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis.marks.style import ALPHA
from deixis_lab.examine.naming import swept
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene
from deixis_lab.zoo.training.marked_scenes import LINE_ALPHAS

ALPHAS = (16, 32, 64, 96, ALPHA, 192, 255)


@final
class Transparency(Experiment):
    """One thing under one kind of line, from nearly clear to solid."""

    claim: ClassVar[str] = "Marks of an alpha that was not trained are understood."
    source: ClassVar[str] = "ViP-LLaVA, generalisation; our own question"
    conditions: ClassVar[tuple[str, ...]] = tuple(str(alpha) for alpha in ALPHAS)
    baseline: ClassVar[str] = str(ALPHA)
    axis: ClassVar[str] = f"alpha, 0 to 255 (trained: {LINE_ALPHAS[0]} to {LINE_ALPHAS[1]})"

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        return swept(scene, index, "alpha", ALPHAS)

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        unseen = [row.condition for row in findings.rows if int(row.condition) < LINE_ALPHAS[0]]
        harm = findings.harmed(unseen)
        return replace(harm, words=f"of the alphas that were not trained, {harm.words}")
