"""Models whose answers, and so whose figures, are known: they look up each question's trial."""

import functools
from collections.abc import Sequence

from deixis.ask.composer import Asking, Composer
from deixis.core.region import Region, box
from deixis.evals.findings import Trial
from deixis.models.interface import (
    Abilities,
    AnswerScore,
    Completion,
    Generation,
    Question,
    VisionLanguageModel,
)
from deixis_lab.examine.things.house_figures import ThingSettings, is_drawn
from deixis_lab.examine.things.judging import box_search, first_word
from deixis_lab.examine.things.scene_trials import (
    DECLINING,
    FINDING,
    ThingExamination,
    thing_examination,
)
from deixis_lab.things.names import thing_named
from deixis_lab.zoo.training.vocabulary import DECLINED

SCORING = Abilities(
    many_pictures=True,
    system=True,
    answer_logprobs=True,
    loss=False,
    pixel_gradient=False,
    vision_tokens=False,
    spatial_tokens=False,
)


class Answering(VisionLanguageModel):
    """Says and scores what it has learned for each question, or, if it is wrong, other things."""

    name, dialect, abilities = "answering", "padded_unit", SCORING

    def __init__(self, *, is_right: bool = True, breaks_after: int | None = None) -> None:
        self.told: dict[tuple[str, ...], str] = {}
        self.is_right, self.left = is_right, breaks_after

    @property
    def record(self) -> dict[str, str]:
        return {"right": str(self.is_right)}

    def learn(self, settings: ThingSettings) -> "Answering":
        """The right answers to all that is asked under these settings."""
        self.told = right_answers(settings)
        return self

    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        said = [self.told[_key(one)] for one in questions]
        return [Completion(text=one if self.is_right else "nothing at all") for one in said]

    def answer_logprobs(self, question: Question, answers: Sequence[str]) -> list[AnswerScore]:
        known = first_word(self.told[_key(question)])
        known_score = -1.0 if self.is_right else -9.0
        return [
            AnswerScore(answer=one, token_logprobs=(known_score if one == known else -5.0,))
            for one in answers
        ]


def all_examined(model: VisionLanguageModel, settings: ThingSettings) -> list[ThingExamination]:
    """Every scene of every split that the art draws."""
    search = box_search(model)
    worlds = [world for split in settings.splits if is_drawn(world := settings.world(split))]
    found = [
        thing_examination(world, index, search, is_scored=True)
        for world in worlds
        for index in range(settings.num_scenes)
    ]
    return [one for one in found if one is not None]


@functools.cache
def right_answers(settings: ThingSettings) -> dict[tuple[str, ...], str]:
    """What to say to each question under these settings."""
    model = Answering()
    return {
        _key(question_of(model, trial)): _right(model, trial)
        for one in all_examined(model, settings)
        for trial in one.trials
    }


def question_of(model: VisionLanguageModel, trial: Trial) -> Question:
    """As the model is asked it."""
    composer = Composer(model=model, dialect=model.own_dialect())
    asking = Asking(images=(trial.image,), text=trial.text, regions=trial.regions)
    return composer.compose(asking, marks="told").question(None)


def _key(question: Question) -> tuple[str, ...]:
    return (question.text, *(picture.sha256 for picture in question.pictures))


def _right(model: VisionLanguageModel, trial: Trial) -> str:
    name = trial.cluster.partition(" by ")[0]
    if trial.condition == FINDING:
        return model.own_dialect().say([_box(trial)], trial.image.size)
    if trial.condition == DECLINING:
        return DECLINED if thing_named(name).is_held_out else name
    return trial.answer


def _box(trial: Trial) -> Region:
    x0, y0, x1, y1 = (float(part) for part in trial.answer.strip("()").split(","))
    return box(x0, y0, x1, y1)
