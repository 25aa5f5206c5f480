"""Are marks understood whose shape training never had?"""

from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import colour_over, kind_of, mark_of, marked, target_of
from deixis_lab.studies._study import Study, Variant
from deixis_lab.world.scene import Scene
from deixis_lab.zoo.training.scene_mark import KINDS

LEFT = ("arrow", "triangle")
KEPT = tuple(kind for kind in KINDS if kind not in LEFT)
ALL, SOME = "all shapes", f"without {' and '.join(LEFT)}"
SEEN, UNSEEN = "shapes that both had", " and ".join(LEFT)


@final
class LeftOut(Study):
    """Two shapes left out of the language side's training, and asked for at the end.

    The tower has seen them: in its own training every patch told the mark over it.
    """

    claim: ClassVar[str] = "Marks of a shape that was not trained are understood."
    source: ClassVar[str] = "ViP-LLaVA, generalisation"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=ALL),
        Variant(name=SOME, instruct=(f"task.shapes={','.join(KEPT)}",)),
    )
    baseline: ClassVar[str] = ALL

    @override
    def trials(self, scene: Scene, index: int, variant: str) -> list[Trial]:
        target = target_of(scene, index, "left_out")
        if target is None:
            return []
        thing, colour = target.thing, colour_over(target.thing, target.draws)
        return [
            marked(
                condition,
                scene,
                mark_of(thing.region, kind_of(index, kinds), colour),
                thing,
            )
            for condition, kinds in ((SEEN, KEPT), (UNSEEN, LEFT))
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        harm = findings.harmed([f"{SOME}: {UNSEEN}"])
        return replace(harm, words=f"on {UNSEEN}, {harm.words}")
