"""Say what is marked, in a few words: the form of RefCOCOg's descriptions, on scenes of Things."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.benchmark import About, Sample, Verdict
from deixis.evals.scores.cider import Frequencies
from deixis.evals.verdicts import CAPTION_MEASURES, caption_numbers
from deixis_lab.parts.benchmarks._scenes import LICENCE, ORIGIN, SceneBenchmark, clear_things
from deixis_lab.things.names import with_article
from deixis_lab.world.scene import Scene, Thing

TEXT = "Describe {first} in a short phrase."
USE = "region description"
THIRDS = 3


@final
@dataclass(frozen=True, kw_only=True)
class ScenesDescription(SceneBenchmark):
    """One region, three references: plain, with the place, and with what lies under it."""

    about: ClassVar = About(
        title="Things: region description",
        asks="a phrase for the region; twin of RefCOCOg (METEOR, CIDEr-D)",
        origin=ORIGIN,
        licence=LICENCE,
    )
    measures: ClassVar = CAPTION_MEASURES

    @override
    def made(self, index: int, scene: Scene) -> list[Sample]:
        things = clear_things(scene)
        if not things:
            return []
        thing = self.world.asking(index, USE).pick(things)
        sample = Sample(
            key=f"{scene.name}/description",
            picture=scene.name,
            text=TEXT,
            truth=references(scene, thing),
            regions={"first": thing.region},
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        numbers = caption_numbers(answer, sample.truth, self._frequencies)
        return Verdict(numbers=numbers, read=answer.strip() or None)

    @cached_property
    def _frequencies(self) -> Frequencies:
        return Frequencies.of(sample.truth for sample in self.samples())


def references(scene: Scene, thing: Thing) -> tuple[str, ...]:
    """What a person might call the thing."""
    named = f"the {thing.phrase}"
    box = thing.region.box()
    across = min(int((box.x0 + box.x1) / 2 * THIRDS / scene.image.size.width), THIRDS - 1)
    place = ("on the left", "in the middle", "on the right")[across]
    ground = _ground(scene, thing)
    last = f"{named} on the {ground}" if ground else named
    return with_article(thing.phrase), f"{named} {place}", last


def _ground(scene: Scene, thing: Thing) -> str | None:
    """The stuff that is seen just below the thing."""
    box = thing.region.box()
    row = min(int(box.y1), scene.image.size.height - 1)
    owner = int(scene.owners[row, int((box.x0 + box.x1) / 2)])
    return scene.plan.stuff[owner].name if owner < len(scene.plan.stuff) else None
