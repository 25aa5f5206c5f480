"""Which encodings a model follows: in each picture two things are pointed at in turn, and the
picture is asked about once without pointing at anything.

Who does not look where it is pointed to names the thing that is meant no oftener than the other of
the two; so the answers are their own control.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import final

from deixis.ask.composer import Asking, Composer
from deixis.ask.probe.asking import ProbeAsker
from deixis.ask.probe.drawing import GROUNDS, ProbePicture, probe_picture
from deixis.ask.probe.estimate import Estimate, exact_share, paired_chance
from deixis.ask.probe.prompts import prompts
from deixis.coordinates import Dialect, dialects
from deixis.core.answer_text import answered
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.encodings import encodings
from deixis.encodings.spec import EncodingSpec
from deixis.marks import shapes
from deixis.models.interface import Question, image_of

BUDGET = 300
PICTURES = 6  # for every encoding
MORE, MOST_PICTURES = 2, 30  # at a time, for encodings that are in doubt
LONGEST = 128  # tokens of an answer
SIZE = Size(width=640, height=512)
NUM_THINGS = 4
RADIUS = 0.17  # of the shorter side
COLOUR = "fuchsia"  # of marks: no thing has it
PLAIN = "the object in the picture"  # what is asked about where nothing is pointed at
SAID = "said"
CHANCE = 0.005  # that the thing meant is named so much oftener than the other by lot
DOUBT = 0.3  # chances up to this are worth more questions
SHAPES = ("square", "triangle", "star", "heart", "diamond", "pentagon")
LEAST_SHARE = 0.5  # of the answers that are right by an encoding that is followed
WORD = re.compile(r"[a-z]+")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PointingTrial:
    """One of two things of a picture is pointed at."""

    picture: ProbePicture
    target: int
    other: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TrialAnswer:
    """What was said when a thing was pointed at so: was it named, or the other of the two?"""

    encoding: str
    asked: str
    text: str
    truth: str
    picture: str
    is_right: bool
    is_swapped: bool


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ShownTrial:
    """One of the questions, with the picture as it was sent."""

    image: Image
    answer: TrialAnswer


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Followed:
    """How often the thing that was pointed at was named, how often the other of the two, and how
    likely so large a difference is by lot.
    """

    encoding: str
    right: Estimate
    swapped: Estimate
    chance: float
    why_not: str = ""  # it could not be asked
    example: ShownTrial | None = None

    @property
    def is_followed(self) -> bool:
        """Whether the answers show that the model looks where it is pointed to."""
        return self.right.num > 0 and self.chance <= CHANCE and self.right.value >= LEAST_SHARE


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class EncodingsFound:
    """Every encoding, the answers, and how often a thing was named where nothing was pointed at."""

    followed: tuple[Followed, ...]
    answers: tuple[TrialAnswer, ...]
    control: Estimate

    @property
    def recommended(self) -> str | None:
        """The encoding that is followed best; None where none is."""
        known = [one for one in self.followed if one.is_followed]
        best = max(known, key=lambda one: (one.right.low, -_place(one.encoding)), default=None)
        return None if best is None else best.encoding


def ways() -> tuple[str, ...]:
    """Every encoding, and every shape of mark, as specs; those that change least come first."""
    drawn = [f"drawn:{shape},color={COLOUR}" for shape in shapes.names()]
    others = [name for name in encodings.names() if name not in (SAID, "drawn")]
    return (SAID, *drawn, *others)


def least_budget(chosen: Sequence[str] | None = None) -> int:
    """So many calls tell the least about every way, or those that are chosen."""
    return PICTURES * (2 * len(chosen or ways()) + 1)


def ask_encodings(
    asker: ProbeAsker,
    dialect: Dialect | None,
    *,
    seed: int,
    budget: int = BUDGET,
    chosen: Sequence[str] | None = None,
    advance: Callable[[int], None] = lambda done: None,
) -> EncodingsFound:
    """Each way is tried on the same things of the same pictures, and those that are in doubt on
    more of them. Without a dialect nothing can be said. `chosen` ways alone are tried, where they
    are given.
    """
    if budget < least_budget(chosen):
        return EncodingsFound(followed=(), answers=(), control=exact_share(0, 0))
    plain = [_trials(place, seed)[0] for place in range(PICTURES)]
    control = _asked(asker, "", plain, [_plain(trial) for trial in plain])
    tries = [_Tries(way=way, asker=asker, dialect=dialect, seed=seed) for way in chosen or ways()]
    num = len(control)
    advance(num)
    for one in tries:
        num += one.ask(PICTURES)
        advance(num)
    while num + 2 * MORE <= budget:
        doubted = [one for one in tries if one.is_doubted]
        if not doubted:
            break
        num += min(doubted, key=lambda one: len(one.answers)).ask(MORE)
        advance(num)
    return EncodingsFound(
        followed=tuple(one.found() for one in tries),
        answers=(*control, *(answer for one in tries for answer in one.answers)),
        control=_share(control),
    )


@final
@dataclass(kw_only=True, slots=True)
class _Tries:
    """One way, and what came of it so far."""

    way: str
    asker: ProbeAsker
    dialect: Dialect | None
    seed: int
    num_pictures: int = 0
    why_not: str = ""
    example: ShownTrial | None = None
    answers: list[TrialAnswer] = field(default_factory=list)

    def ask(self, num: int) -> int:
        """The next pictures are asked about; so many questions were asked."""
        places = range(self.num_pictures, self.num_pictures + num)
        trials = [trial for place in places for trial in _trials(place, self.seed)]
        try:
            questions = [_pointed(self.asker, self.dialect, self.way, trial) for trial in trials]
        except UsageError as error:
            self.why_not = str(error)
            return 0
        answers = _asked(self.asker, self.way, trials, questions)
        if self.example is None:
            self.example = ShownTrial(image=image_of(questions[0].pictures[-1]), answer=answers[0])
        self.answers += answers
        self.num_pictures += num
        return len(answers)

    @property
    def is_doubted(self) -> bool:
        """Whether more answers may show that it is followed."""
        found = self.found()
        if found.is_followed or self.why_not or self.num_pictures >= MOST_PICTURES:
            return False
        return found.chance <= DOUBT and found.right.high >= LEAST_SHARE

    def found(self) -> Followed:
        """What its answers show."""
        num_right = sum(answer.is_right for answer in self.answers)
        num_swapped = sum(answer.is_swapped for answer in self.answers)
        return Followed(
            encoding=self.way,
            right=_share(self.answers),
            swapped=exact_share(num_swapped, len(self.answers)),
            chance=paired_chance(num_right, num_swapped),
            why_not=self.why_not,
            example=self.example,
        )


def identifies(text: str, picture: ProbePicture, target: int) -> bool:
    """Whether an answer names the thing, by its shape or its colour, and no other of the
    picture.
    """
    words = set(WORD.findall(answered(text).text.lower()))
    words |= {word.removesuffix("s") for word in words}
    named = [
        i
        for i, thing in enumerate(picture.things)
        if words & (thing.shape.words | thing.colour.words)
    ]
    return named == [target]


def trial_pictures(seed: int) -> list[ProbePicture]:
    """The pictures that may be shown."""
    return [_trials(place, seed)[0].picture for place in range(MOST_PICTURES)]


def _trials(place: int, seed: int) -> tuple[PointingTrial, PointingTrial]:
    picture = probe_picture(
        SIZE,
        seed=1000 * seed + place,
        num_things=NUM_THINGS,
        ground=GROUNDS[place % len(GROUNDS)],
        radius=RADIUS,
        shapes=SHAPES,
    )
    one, other = place % NUM_THINGS, (place + 1 + place // NUM_THINGS % 3) % NUM_THINGS
    return (
        PointingTrial(picture=picture, target=one, other=other),
        PointingTrial(picture=picture, target=other, other=one),
    )


def _plain(trial: PointingTrial) -> Question:
    text = prompts().what.replace("{it}", PLAIN)
    return Question(pictures=(trial.picture.image,), text=text)


def _pointed(
    asker: ProbeAsker, dialect: Dialect | None, way: str, trial: PointingTrial
) -> Question:
    if dialect is None and way == SAID:
        raise UsageError("no dialect is known to say it in")
    asking = Asking(
        images=(trial.picture.image,),
        text=prompts().what,
        regions=EncodingSpec.of(way).encode({"it": trial.picture.things[trial.target].region}),
    )
    speaking = dialect or dialects.get("permille")()  # nothing is said in it
    composed = Composer(model=asker.vlm, dialect=speaking).compose(asking, marks="widened")
    return composed.question(None)


def _asked(
    asker: ProbeAsker, way: str, trials: Sequence[PointingTrial], questions: Sequence[Question]
) -> list[TrialAnswer]:
    texts = [text or "" for text in asker.ask(questions, max_new_tokens=LONGEST)]
    return [
        TrialAnswer(
            encoding=way,
            asked=question.text,
            text=text,
            truth=trial.picture.things[trial.target].name,
            picture=trial.picture.name,
            is_right=identifies(text, trial.picture, trial.target),
            is_swapped=identifies(text, trial.picture, trial.other),
        )
        for trial, question, text in zip(trials, questions, texts, strict=True)
    ]


def _share(answers: Sequence[TrialAnswer]) -> Estimate:
    return exact_share(sum(answer.is_right for answer in answers), len(answers))


def _place(way: str) -> int:
    return ways().index(way)
