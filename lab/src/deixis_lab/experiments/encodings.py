"""Which way of pointing does one model follow best?"""

from typing import ClassVar, final

from typing_extensions import override

from deixis.ask.composer import Pointed
from deixis.core.region import Region
from deixis.encodings.blurred import Blurred
from deixis.encodings.cropped import Cropped
from deixis.encodings.dimmed import Dimmed
from deixis.encodings.drawn import Drawn
from deixis.encodings.masked import Masked
from deixis.encodings.said import Said
from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import colour_over, mark_of, target_of
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene

SAID = "said"
DRAWN = "drawn rectangle"


@final
class Encodings(Experiment):
    """One box drawn, said in the model's own coordinates, cut out, and left clear alone."""

    claim: ClassVar[str] = "A model that was taught marks follows them better than coordinates."
    source: ClassVar[str] = "ViP-LLaVA, coordinates against marks"
    conditions: ClassVar[tuple[str, ...]] = (DRAWN, SAID, "cropped", "dimmed", "masked", "blurred")
    baseline: ClassVar[str] = SAID

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "encodings")
        if target is None:
            return []
        thing = target.thing
        box = Region(shape=thing.region.box())
        style = mark_of(box, "rectangle", colour_over(thing, target.draws)).style
        ways: dict[str, Pointed] = {
            DRAWN: Drawn(region=box, style=style, any_color=False),
            SAID: Said(region=box),
            "cropped": Cropped.of(box),
            "dimmed": Dimmed.of(box),
            "masked": Masked.of(box),
            "blurred": Blurred.of(box),
        }
        return [
            Trial(
                condition=condition,
                image=scene.image,
                text="What is {it}?",
                answer=thing.name,
                regions={"it": way},
                cluster=thing.drawing,
            )
            for condition, way in ways.items()
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        return findings.better(DRAWN)
