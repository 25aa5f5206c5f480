"""How many marks at once can a model keep apart?"""

from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis.marks import draw
from deixis_lab.examine.naming import mark_of, naming, target_of
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.scene import Scene
from deixis_lab.zoo.training.marked_scenes import mark_colours
from deixis_lab.zoo.training.scene_mark import KINDS

MOST = 8


@final
class ManyMarks(Experiment):
    """One thing is asked for by its mark; more and more other things are marked too, no two marks
    of one shape and colour.
    """

    claim: ClassVar[str] = "Answers stay right with several marks on a picture."
    source: ClassVar[str] = "ViP-LLaVA marks up to a few regions at once; its open question"
    conditions: ClassVar[tuple[str, ...]] = tuple(str(number) for number in range(1, MOST + 1))
    baseline: ClassVar[str] = "1"
    axis: ClassVar[str] = "marks on the picture"

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "many_marks")
        if target is None:
            return []
        rest = [thing for thing in target.things if thing is not target.thing]
        order = [rest[int(i)] for i in target.draws.permutation(len(rest))]
        marks, looks = [], set()
        for thing in [target.thing, *order][:MOST]:
            free = [
                (kind, colour)
                for kind in KINDS
                for colour in mark_colours(thing.colour)
                if (kind, colour) not in looks
            ]
            kind, colour = free[int(target.draws.integers(len(free)))]
            looks.add((kind, colour))
            marks.append(mark_of(thing.region, kind, colour))
        return [
            naming(str(number), draw(scene.image, marks[:number][::-1]), marks[0], target.thing)
            for number in range(1, len(marks) + 1)
        ]

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        harm, last = findings.harmed(), findings.rows[-1]
        if last.change is None:
            return harm
        return replace(
            harm,
            words=f"{harm.words}; with {last.condition} marks {last.change} against one mark, on "
            f"the {last.change.num_questions} pictures that have so many things",
        )
