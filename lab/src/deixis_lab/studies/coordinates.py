"""Is it easier to learn marks or coordinates?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.core.region import Region
from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import colour_over, kind_of, mark_of, marked, target_of
from deixis_lab.studies._study import Study, Variant
from deixis_lab.world.scene import Scene

DRAWN, SAID = "marks", "coordinates"


@final
class Coordinates(Study):
    """The same things of the same pictures pointed at by marks, or by boxes that are said."""

    claim: ClassVar[str] = "A model learns to follow marks better than coordinates."
    source: ClassVar[str] = "ViP-LLaVA, coordinates against marks: same data, same schedule"
    variants: ClassVar[tuple[Variant, ...]] = (
        Variant(name=SAID, instruct=("task.way=said",)),
        Variant(name=DRAWN, instruct=("task.way=drawn",)),
    )
    baseline: ClassVar[str] = SAID

    @override
    def trials(self, scene: Scene, index: int, variant: str) -> list[Trial]:
        target = target_of(scene, index, "coordinates")
        if target is None:
            return []
        thing = target.thing
        if variant == DRAWN:
            mark = mark_of(thing.region, kind_of(index), colour_over(thing, target.draws))
            return [marked("", scene, mark, thing)]
        box = Region(shape=thing.region.box())
        said = Trial(
            condition="",
            image=scene.image,
            text="What is the object at {it}?",
            answer=thing.name,
            regions={"it": box},
            cluster=thing.drawing,
        )
        return [said]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.better(DRAWN)
