"""The figures of a model on Things, each split of artists and names for itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from deixis.core.errors import UsageError
from deixis.core.progress import Reporter, Silent
from deixis.evals.findings import Findings, JudgedTrial, Trial, found_in
from deixis.evals.request_key import identity
from deixis.evals.trial_asking import ask_trials
from deixis.models.interface import Generation, VisionLanguageModel
from deixis.models.tensor_interface import LocalModel
from deixis_lab.examine.things.judging import box_search
from deixis_lab.examine.things.scene_trials import (
    BEST,
    BY_MARK,
    CLEAR,
    COLOUR,
    COUNTING,
    DECLINING,
    ENCODINGS,
    FINDING,
    PLAIN,
    PRESENCE,
    READING,
    TWO,
    UNMARKED,
    ThingExamination,
    thing_examination,
)
from deixis_lab.examine.things.tower_alone import TOWER, TOWER_BEST, answers_of_tower
from deixis_lab.things.art import WHOLE
from deixis_lab.things.artists import ARTISTS, artist_named
from deixis_lab.things.splits import thing_split_named
from deixis_lab.things.world import SIDE, ThingWorld
from deixis_lab.towers.naming import NamingTower
from deixis_lab.towers.task import load_tower, shipped_tower

Record = dict[str, Any]  # Any: what JSON holds
KNOWN = ("test", "novel_emojione", "novel_openmoji", "novel_black")  # names that training may meet
NEW = ("novel_names", "novel_names_and_houses")  # names that no training has met
LONGEST = Generation(max_new_tokens=64)  # a box takes 25 of nano's
MEAN = {style: f"naming, mean of the eight marks, {style}" for style in (CLEAR, PLAIN)}
ORDER = (
    MEAN[CLEAR],
    *BY_MARK[CLEAR].values(),
    MEAN[PLAIN],
    *BY_MARK[PLAIN].values(),
    BEST,
    *(UNMARKED, TWO),
    *ENCODINGS,
    *(FINDING, COLOUR, PRESENCE, COUNTING, READING, DECLINING),
    *(TOWER, TOWER_BEST),
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ThingSettings:
    """What a model is examined on: so many scenes of each split, of a seed that no training had.

    `tower` is the folder of the one that names the same drawings alone; None: the one that ships.
    """

    num_scenes: int = 200
    seed: int = 1
    side: int = SIDE
    art: str = WHOLE
    exponent: float = 0.0
    splits: tuple[str, ...] = (*KNOWN, *NEW)
    tower: Path | None = None

    def __post_init__(self) -> None:
        if self.num_scenes < 1:
            raise UsageError(f"--num is at least 1, got {self.num_scenes}")
        for split in self.splits:
            thing_split_named(split)

    def world(self, split: str) -> ThingWorld:
        """The scenes of a split, on photographs too if the art is whole, as nano is taught them."""
        return ThingWorld(
            seed=self.seed,
            side=self.side,
            split=split,
            exponent=self.exponent,
            art=self.art,
            photographs=self.art == WHOLE,
        )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class HouseFigures:
    """What was found on one split. `by_artist` is the mean of the eight clear marks, an artist a
    row, and `tower_by_artist` what the tower named of the same drawings; `guess` in per cent.
    """

    split: str
    artists: tuple[str, ...]
    num_scenes: int
    num_failed: int
    findings: Findings
    by_artist: Findings
    tower_by_artist: Findings
    guess: float

    @property
    def is_new(self) -> bool:
        """Whether its names are held out."""
        return all(thing.is_held_out for thing in thing_split_named(self.split).names)

    @property
    def is_seen(self) -> bool:
        """Whether training may meet all its artists."""
        return not any(artist_named(artist).is_held_out for artist in self.artists)

    def record(self) -> Record:
        """For JSON."""
        return {
            "artists": list(self.artists),
            "num_scenes": self.num_scenes,
            "num_failed": self.num_failed,
            "guess": self.guess,
            "per cent": _record(self.findings),
            "by artist": _record(self.by_artist),
            "tower by artist": _record(self.tower_by_artist),
        }


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ThingFigures:
    """All splits' figures of one model, and what they are of."""

    about: Record
    houses: tuple[HouseFigures, ...]

    def record(self) -> Record:
        """For JSON."""
        return {**self.about, "splits": {one.split: one.record() for one in self.houses}}


def examine_things(
    model: VisionLanguageModel,
    settings: ThingSettings,
    folder: Path,
    *,
    reporter: Reporter | None = None,
) -> ThingFigures:
    """Ask about the first scenes of each split that the art has drawings for; answers that
    `folder` has are not asked again.
    """
    reporter = reporter or Silent()
    tower, names = load_tower(settings.tower or shipped_tower())
    houses = []
    for split in settings.splits:
        if not is_drawn(settings.world(split)):
            reporter.say(f"{split} is left out: the {settings.art} art has no drawings for it")
            continue
        reporter.say(f"{split}: {settings.num_scenes} scenes")
        houses.append(_examine_split(model, settings, split, folder, (tower, names), reporter))
    kind, parameters = built_of(model)
    about = {
        "identity": dict(identity(model)),
        "class": kind,
        "parameters": parameters,
        "seed": settings.seed,
        "side": settings.side,
        "exponent": settings.exponent,
        "art": settings.art,
        "tower": None if settings.tower is None else str(settings.tower),
    }
    return ThingFigures(about=about, houses=tuple(houses))


def built_of(model: VisionLanguageModel) -> tuple[str, int | None]:
    """The class behind an adapter and the number of its weights; a server tells neither."""
    if not isinstance(model, LocalModel):
        return type(model).__name__, None
    inner: Any = model.module  # Any: transformers' own classes
    return type(inner).__name__, sum(weight.numel() for weight in inner.parameters())


def is_drawn(world: ThingWorld) -> bool:
    """Whether the art has drawings of the split's names by its artists."""
    drawn = world.drawings.by_name
    return any(named.name in drawn for named in world.parts.names)


def _examine_split(
    model: VisionLanguageModel,
    settings: ThingSettings,
    split: str,
    folder: Path,
    tower: tuple[NamingTower, Sequence[str]],
    reporter: Reporter,
) -> HouseFigures:
    world = settings.world(split)
    examined: dict[int, ThingExamination] = {}
    asked = ask_trials(
        model,
        _trials_of(model, world, examined),
        num_groups=settings.num_scenes,
        folder=folder,
        reporter=reporter,
        marks="told",
        settings=LONGEST,
    )
    is_listed = any(one.target.name in tower[1] for one in examined.values())
    named = answers_of_tower(*tower, world.drawings, examined) if is_listed else []
    answers = [*asked.answers, *_pooled(asked.answers), *named]
    guesses = [one.guess for one in examined.values()]
    return HouseFigures(
        split=split,
        artists=tuple(artist.name for artist in ARTISTS if artist.name in _drawn_by(world)),
        num_scenes=settings.num_scenes,
        num_failed=asked.num_failed,
        findings=found_in(answers, ORDER),
        by_artist=_by_artist(answers, MEAN[CLEAR], examined),
        tower_by_artist=_by_artist(answers, TOWER, examined),
        guess=100 * sum(guesses) / max(len(guesses), 1),
    )


def _trials_of(
    model: VisionLanguageModel, world: ThingWorld, examined: dict[int, ThingExamination]
) -> Callable[[int], Sequence[Trial]]:
    """A scene's trials by its number. What else is known of the scene is kept in `examined`,
    without its pictures.
    """
    search = box_search(model)
    is_scored = model.abilities.answer_logprobs

    def trials_of(index: int) -> Sequence[Trial]:
        one = thing_examination(world, index, search, is_scored=is_scored)
        if one is None:
            return ()
        examined[index] = replace(one, trials=())
        return one.trials

    return trials_of


def _pooled(answers: Sequence[JudgedTrial]) -> list[JudgedTrial]:
    """The answers under all eight marks of a style as those of one condition."""
    of = {kind: MEAN[style] for style, kinds in BY_MARK.items() for kind in kinds.values()}
    return [replace(one, condition=of[one.condition]) for one in answers if one.condition in of]


def _by_artist(
    answers: Sequence[JudgedTrial], condition: str, examined: Mapping[int, ThingExamination]
) -> Findings:
    """The findings under one condition, an artist a row."""
    own = [
        replace(one, condition=examined[one.scene].target.artist or "")
        for one in answers
        if one.condition == condition
    ]
    return found_in(own, [artist.name for artist in ARTISTS])


def _drawn_by(world: ThingWorld) -> set[str]:
    return {drawing.artist for drawing in world.drawings.drawings}


def _record(findings: Findings) -> Record:
    return {
        row.condition: {"asked": row.asked, "right": row.value, "interval": [row.low, row.high]}
        for row in findings.rows
    }
