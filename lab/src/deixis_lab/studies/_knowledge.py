"""What studies of knowledge share: nano, its language side tuned with and without it."""

from functools import cache
from typing import ClassVar

from typing_extensions import override

from deixis.evals.findings import Findings, Judgement, Trial
from deixis.knowledge.note_corruption import NoteCorruption
from deixis.train.recipe import recipes
from deixis_lab.examine.knowing import LEARNT, RARE, SORTS, known_trial, questions
from deixis_lab.studies._study import Stage, Study, Variant
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.scene import Scene

NONE = ("task.knowledge.form=none", "task.knowledge.sources=", "task.parts=language")
TOLD = ("task.knowledge.form=told", "task.parts=language")
DRAWN = ("task.knowledge.form=drawn", "task.parts=language")


class KnowledgeStudy(Study):
    """Every variant tunes nano's language side on the same questions in the same order."""

    world: ClassVar[ThingWorld] = RARE
    trained: ClassVar[str] = (
        "Every variant begins with the nano that ships; its tower and projector are kept still, "
        "its language side is tuned on the same questions in the same order, and a knowledge "
        "prompt beside it, if there is one. The tower was never shown a drawing by the artists of "
        "those that are asked for; their names are those of things that it was shown."
    )

    @override
    def stages(self, variant: Variant) -> tuple[Stage, ...]:
        return (Stage(recipe="nano_knowledge", settings=(*LEARNT, *variant.knowledge)),)

    @override
    def trials(self, scene: Scene, index: int, variant: str) -> list[Trial]:
        named = {one.name: one for one in self.variants}
        harm = _harm(self.stages(named[variant])[-1])
        return [known_trial(SORTS[one.kind], one) for one in questions(index, harm)]


@cache
def _harm(stage: Stage) -> NoteCorruption:
    """What is done to the notes in a training, and so to those that are asked with."""
    harm: NoteCorruption = recipes.get(stage.recipe).with_settings(stage.settings).options.harm
    return harm


def compared(
    claim: str, findings: Findings, better: str, other: str, *sorts: str
) -> list[Judgement]:
    """Whether one variant is above another, by sort of questions (all)."""
    asked = sorts or tuple(dict.fromkeys(SORTS.values()))
    return [
        Judgement(
            claim=f"{claim}: {sort}.",
            verdict=findings.against(f"{better}: {sort}", f"{other}: {sort}"),
        )
        for sort in asked
        if f"{better}: {sort}" in findings
    ]
