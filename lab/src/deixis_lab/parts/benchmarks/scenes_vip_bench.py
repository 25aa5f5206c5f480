"""Free answers about regions that a judge grades. The form of ViP-Bench, on scenes of Things."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis.evals.benchmark import About, GradeRequest, Sample
from deixis.evals.scores.short_answers import UNITS
from deixis.evals.verdicts import AND, GRADE, OR, grade_request
from deixis_lab.parts.benchmarks._scenes import LICENCE, ORIGIN, SceneBenchmark, clear_things
from deixis_lab.things.names import thing_named
from deixis_lab.world.questions.relation import relation_of
from deixis_lab.world.scene import Scene, Thing

USE = "graded"
APART = 8  # parts of the side that two things lie apart at least, for a relation


@final
@dataclass(frozen=True, kw_only=True)
class ScenesVipBench(SceneBenchmark):
    """One question a picture, of the six capabilities in turn where the picture allows it."""

    about: ClassVar = About(
        title="Things: graded answers",
        asks="free answers about regions, graded by a judge; twin of ViP-Bench",
        origin=ORIGIN,
        licence=LICENCE,
        max_new_tokens=64,
    )
    measures: ClassVar = (GRADE,)
    needs_judge: ClassVar = True

    @override
    def made(self, index: int, scene: Scene) -> list[Sample]:
        draws = self.world.asking(index, USE)
        things = draws.shuffled(clear_things(scene))
        if not things:
            return []
        makers = (_recognised, _read, _known, _counted, _related, _told)
        order = [*makers[index % len(makers) :], *makers[: index % len(makers)]]
        for make in order:
            sample = make(scene, things, draws)
            if sample is not None:
                return [sample]
        return []

    @override
    def score(self, sample: Sample, answer: str) -> GradeRequest:
        return grade_request(sample)


def _sample(scene: Scene, text: str, truth: str, things: list[Thing], *tags: str) -> Sample:
    slots = zip(("first", "second"), things, strict=False)
    return Sample(
        key=f"{scene.name}/{USE}",
        picture=scene.name,
        text=text,
        truth=(truth,),
        regions={slot: thing.region for slot, thing in slots if f"{{{slot}}}" in text},
        tags=tags,
    )


def _recognised(scene: Scene, things: list[Thing], draws: Draws) -> Sample | None:
    coloured = [thing for thing in things if thing.colour is not None]
    if not coloured:
        return None
    truth = f"{coloured[0].name}{AND}{coloured[0].colour}"
    return _sample(scene, "What is {first}, and what colour is it?", truth, coloured, "Rec")


def _read(scene: Scene, things: list[Thing], draws: Draws) -> Sample | None:
    signs = [thing for thing in scene.things if thing.text]
    if not signs:
        return None
    sign = draws.pick(signs)
    return _sample(scene, "What does {first} say?", sign.text or "", [sign], "OCR")


def _known(scene: Scene, things: list[Thing], draws: Draws) -> Sample:
    group = thing_named(things[0].name).category
    text = "What is {first}, and to which group of things does it belong?"
    return _sample(scene, text, f"{things[0].name}{AND}{group}", things, "Rec", "Know")


def _counted(scene: Scene, things: list[Thing], draws: Draws) -> Sample:
    count = scene.count(things[0].name)
    text = "How many things like {first} are there in the picture?"
    return _sample(scene, text, f"{count}{OR}{UNITS[count]}", things, "Rec", "Math")


def _related(scene: Scene, things: list[Thing], draws: Draws) -> Sample | None:
    if len(things) < 2:
        return None
    how = relation_of(things[0], things[1], scene.image.size.width / APART)
    if how is None:
        return None
    text = "Is {first} left of, right of, above or below {second}?"
    return _sample(scene, text, how.removesuffix(" of"), things, "Rel")


def _told(scene: Scene, things: list[Thing], draws: Draws) -> Sample | None:
    if len(things) < 2:
        return None
    said = [word for thing in things[:2] for word in (thing.colour, thing.name) if word]
    text = "Write one sentence that names {first} and {second} with their colours."
    return _sample(scene, text, AND.join(said), things, "Rec", "Lang")
