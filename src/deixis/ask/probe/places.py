"""Asking where things are: the next question is the one whose answer separates the meanings that
are still likely.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Float, Int

from deixis.ask.probe.asking import ProbeAsker
from deixis.ask.probe.drawing import GROUNDS, ProbePicture, probe_picture
from deixis.ask.probe.likelihood import ORDERS, Hypotheses, PlaceAnswer
from deixis.ask.probe.natives import read_by_own
from deixis.ask.probe.posterior import Posterior, ShownPlaces, alike, posterior
from deixis.ask.probe.prompts import prompts
from deixis.ask.probe.verdict import DialectVerdict, judged
from deixis.ask.probe.written import written
from deixis.core.portable_rng import Draws
from deixis.core.size import Size
from deixis.models.interface import Question

# of pictures, in the order of their first use; laws of resizing differ in them
SIZES = (
    Size(width=1500, height=1000),
    Size(width=700, height=1600),
    Size(width=298, height=186),
    Size(width=2600, height=1400),
    Size(width=210, height=350),
    Size(width=1000, height=800),
    Size(width=1700, height=3000),
    Size(width=490, height=330),
    Size(width=3400, height=2300),
)
LAYOUTS = 2  # of each size
NUM_PICTURES = LAYOUTS * len(SIZES)
KINDS = ("box", "point")
BUDGET = 24
FIRST = 4  # questions go round the first sizes, a large one among them
LEAST_CALLS = 12  # fewer cannot show that a server mixes
SILENT_CALLS = 8  # without any place
STOP_SURE = 0.99
STOP_KNOWN = 0.88  # of the answers; with fewer another meaning may show yet
LEADERS = 16
TELLING = 0.02  # of the side: what one answer can tell apart


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceQuestion:
    """Where is this thing of this picture, as a box or as a point?"""

    picture: ProbePicture
    target: int
    kind: str
    text: str


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PlacesFound:
    """All answers about places, and the verdict on them."""

    answers: tuple[PlaceAnswer, ...]
    verdict: DialectVerdict
    num_failed: int

    @property
    def num_refused(self) -> int:
        """How many answers hold no place."""
        return sum(not answer.has_place for answer in self.answers)


def ask_places(
    asker: ProbeAsker,
    *,
    seed: int,
    budget: int = BUDGET,
    advance: Callable[[int], None] = lambda done: None,
) -> PlacesFound:
    """Questions are asked until the dialect is known well enough, or the budget is spent."""
    answers: list[PlaceAnswer] = []
    asked: set[tuple[str, int]] = set()
    num_failed = 0
    verdict = judged(answers)
    while len(answers) + num_failed < budget:
        found = posterior(answers) if any(answer.has_place for answer in answers) else None
        question = next_question(found, asked, len(answers) + num_failed, seed)
        asked.add((question.picture.name, question.target))
        (text,) = asker.ask([Question(pictures=(question.picture.image,), text=question.text)])
        advance(len(answers) + num_failed + 1)
        if text is None:
            num_failed += 1
            continue
        answers.append(_answer(question, text))
        if _is_enough(answers):
            break
    verdict = judged(answers)
    return PlacesFound(answers=tuple(answers), verdict=verdict, num_failed=num_failed)


def pool(seed: int) -> list[ProbePicture]:
    """The pictures that may be shown, drawn as they are needed."""
    return [_picture(place, seed) for place in range(NUM_PICTURES)]


def next_question(
    found: Posterior | None, asked: set[tuple[str, int]], count: int, seed: int
) -> PlaceQuestion:
    """The first questions go round the pictures; then the one that separates most."""
    draws = Draws(seed, count)
    kind = KINDS[count % 2]
    text = draws.pick(prompts().place[kind])
    if found is None or count < FIRST:
        options = [(i, target) for i, target in _options(seed, asked) if i == count % FIRST]
        place, target = draws.pick(options or _options(seed, asked))
    else:
        options = _options(seed, asked)
        leaders = np.argsort(-found.logs)[:LEADERS]
        gains = [_gain(found, leaders, _picture(place, seed), target) for place, target in options]
        place, target = options[int(np.argmax(gains))]
    picture = _picture(place, seed)
    return PlaceQuestion(
        picture=picture,
        target=target,
        kind=kind,
        text=text.replace("{name}", picture.things[target].name),
    )


def _picture(place: int, seed: int) -> ProbePicture:
    """Each size comes with several layouts."""
    layout, place = divmod(place, len(SIZES))
    ground = GROUNDS[(place + layout + seed) % len(GROUNDS)]
    return probe_picture(SIZES[place], seed=LAYOUTS * seed + layout, ground=ground)


def _options(seed: int, asked: set[tuple[str, int]]) -> list[tuple[int, int]]:
    """Every thing of every picture that was not asked for."""
    found = []
    for place in range(NUM_PICTURES):
        picture = _picture(place, seed)
        found += [
            (place, target) for target in picture.askable() if (picture.name, target) not in asked
        ]
    return found


def _gain(
    found: Posterior, leaders: Int[np.ndarray, " leader"], picture: ProbePicture, target: int
) -> float:
    """How much an answer about this thing would separate the likeliest meanings; of equals the
    smaller picture.
    """
    edges = picture.things[target].region.box()
    width, height = picture.size.width, picture.size.height
    centre = np.array([(edges.x0 + edges.x1) / 2 / width, (edges.y0 + edges.y1) / 2 / height])
    weights = found.probabilities[leaders] ** 0.5
    weights /= weights.sum()
    numbers, steps = _numbers(found.hypotheses, leaders, picture, centre)
    apart = np.abs(numbers[:, None] - numbers[None]) / np.maximum(steps[:, None], steps[None])
    told = 1 - np.exp(-((apart.max(2) / TELLING) ** 2) / 2)
    cost = 1e-3 * math.log(picture.size.area)
    return float((weights[:, None] * weights[None] * told).sum()) - cost


def _numbers(
    of: Hypotheses,
    leaders: Int[np.ndarray, " leader"],
    picture: ProbePicture,
    centre: Float[np.ndarray, "2"],
) -> tuple[Float[np.ndarray, "leader 2"], Float[np.ndarray, "leader 2"]]:
    """The numbers by which each meaning would point at the centre, and those of a whole side."""
    line = of.lines(picture.size)
    numbers, steps = [], []
    for leader in leaders:
        meaning = of.meanings[leader]
        own = np.array([1000.0, 1000.0, 0.0, 0.0])
        row = own if meaning.space is None else line[leader % len(of.spaces)]
        turn = -1 if meaning.order == ORDERS[1] else 1
        numbers.append((centre * row[:2] + row[2:])[::turn])
        steps.append(row[:2][::turn])
    return np.array(numbers), np.array(steps)


def _answer(question: PlaceQuestion, text: str) -> PlaceAnswer:
    return PlaceAnswer(
        picture=question.picture,
        target=question.target,
        kind=question.kind,
        asked=question.text,
        text=text,
        written=written(text),
        own=read_by_own(text, question.picture.size),
    )


def _sure_of_all(found: Posterior, answers: Sequence[PlaceAnswer]) -> float:
    """How likely the best meaning is, with those alone that no picture of the pool tells from it:
    what the pictures of the answers did not tell apart, another one may.
    """
    placed = [answer for answer in answers if answer.has_place]
    whole = replace(ShownPlaces.of(placed), sizes=SIZES)
    near = alike(found.hypotheses, int(found.logs.argmax()), whole)
    return float(found.probabilities[near].sum())


def _is_enough(answers: Sequence[PlaceAnswer]) -> bool:
    """Whether more answers would change nothing."""
    num_placed = sum(answer.has_place for answer in answers)
    if len(answers) >= SILENT_CALLS and num_placed == 0:
        return True
    if len(answers) < LEAST_CALLS:
        return False
    found = posterior(answers)
    verdict = judged(answers, found=found)
    if verdict.share_known < STOP_KNOWN or _sure_of_all(found, answers) < STOP_SURE:
        return False
    if verdict.reason == "unreadable":  # more answers make no dialect of it
        return True
    return verdict.is_told and verdict.dialect_sure >= STOP_SURE
