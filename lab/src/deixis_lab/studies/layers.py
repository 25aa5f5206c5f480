"""Does a projector that reads several layers see more than one that reads the last?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import colour_over, kind_of, mark_of, marked, target_of
from deixis_lab.studies._study import Study, Variant
from deixis_lab.world.scene import Scene

ONE, FOUR = "last layer", "four layers"
ITS = ("task.architecture=vipllava",)
ALIGNED = (*ITS, "task.start=nano:vipllava")


@final
class Layers(Study):
    """The same tower under projectors that read its last hidden state, or four of them. Only a
    ViP-LLaVA reads several, so it is the tower of that one: `deixis lab build vipllava`.
    """

    claim: ClassVar[str] = "Features of several layers make a model follow marks better."
    source: ClassVar[str] = "ViP-LLaVA, single against multi-layer features"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=ONE, align=(*ALIGNED, "task.layers=-1"), instruct=ITS),
        Variant(name=FOUR, align=(*ALIGNED, "task.layers=-1,-2,-3,-5"), instruct=ITS),
    )
    trained: ClassVar[str] = (
        "Every variant has the tower of the nano ViP-LLaVA, kept still; all else is trained anew."
    )
    baseline: ClassVar[str] = ONE

    @override
    def trials(self, scene: Scene, index: int, variant: str) -> list[Trial]:
        target = target_of(scene, index, "layers")
        if target is None:
            return []
        thing = target.thing
        mark = mark_of(thing.region, kind_of(index), colour_over(thing, target.draws))
        return [marked("", scene, mark, thing)]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.better(FOUR)
