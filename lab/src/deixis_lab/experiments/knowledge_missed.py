"""What happens when the source missed the thing that is asked for?"""

from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis.train.conversations import OpenedTurn
from deixis_lab.examine.knowing import RARE, known_trial, questions
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.things.world import ThingWorld
from deixis_lab.world.scene import Scene

NOTHING, MISSED, ALL = "nothing known", "all known but what is asked for", "all known"
KINDS = {"naming": "name it", "presence": "is it there"}


@final
class KnowledgeMissed(Experiment):
    """Names of things, and whether things are there that are, with all notes, without those on
    things of that name, and with none; of scenes in which a thing is named.
    """

    claim: ClassVar[str] = "A thing that the source missed is answered for no worse than before."
    source: ClassVar[str] = "arXiv 2407.04681, reviews: what if the segmenter misses it"
    conditions: ClassVar[tuple[str, ...]] = tuple(
        f"{kind}: {how}" for kind in KINDS.values() for how in (NOTHING, MISSED, ALL)
    )
    baseline: ClassVar[str] = f"{KINDS['naming']}: {NOTHING}"
    world: ClassVar[ThingWorld] = RARE

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        asked = [(one, name) for one in questions(index) if (name := _asked_for(one, scene))]
        if all(one.kind != "naming" for one, _ in asked):
            return []
        return [
            known_trial(f"{KINDS[one.kind]}: {how}", one, notes)
            for one, name in asked
            for how, notes in (
                (NOTHING, ()),
                (MISSED, tuple(note for note in one.notes[0] if note.label != name)),
                (ALL, one.notes[0]),
            )
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        """Of names alone: the report's differences are from its one baseline."""
        harm = findings.harmed([f"{KINDS['naming']}: {MISSED}"])
        told = [f"{row.condition} {row.told} %" for row in findings.rows]
        return replace(harm, words=", ".join(told))


def _asked_for(one: OpenedTurn, scene: Scene) -> str | None:
    """The name of the thing that a question is about; None where it is about none that is there."""
    if one.kind == "naming":
        return one.turn.answer
    if one.kind != "presence" or one.turn.answer != "yes":
        return None
    named = [name for name in scene.names if f" {name} in the picture" in one.turn.text]
    return max(named, key=len, default=None)
