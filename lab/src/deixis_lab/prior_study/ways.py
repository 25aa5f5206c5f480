"""The ways in which nano's held-out entities are repaired, and how much of each is tried."""

from dataclasses import dataclass
from typing import final

from deixis.core.errors import UsageError
from deixis.priors.repair_plan import QUESTIONS, RANDOM, REPAIR, TOGETHER


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to repair, with the settings of its first stage, in which {model} is the model that
    is repaired. `asks_all`: questions are on every picture that the encoder would be taught by.
    """

    name: str
    how: str
    encoder: tuple[str, ...] = ()
    asks_all: bool = False

    def encoder_of(self, model: str) -> tuple[str, ...]:
        """The settings of the first stage, of that model."""
        return tuple(one.replace("{model}", model) for one in self.encoder)


MAIN = (Way(name="questions alone", how=QUESTIONS), Way(name="repair", how=REPAIR))
CONTROLS = (
    Way(name="other entities taught", how=RANDOM),
    Way(name="all at once", how=TOGETHER),
    Way(name="questions on every picture", how=QUESTIONS, asks_all=True),
)
PICTURES = tuple(
    Way(name=f"repair, {told} each", how=REPAIR, encoder=(f"task.per_entity={count}",))
    for count, told in ((1, "1 picture"), (2, "2 pictures"), (4, "4 pictures"))
)
OBJECTIVES = (
    Way(name="repair by softmax", how=REPAIR, encoder=("task.objective=softmax",)),
    Way(name="repair, projector as it was", how=REPAIR, encoder=("task.projector=false",)),
    Way(
        name="repair, own tower distilled",
        how=REPAIR,
        encoder=("task.teacher=tower:{model}",),
    ),
)
FLAGS = {
    "model": "--model",
    "seeds": "--seeds",
    "learnt": "--per-entity",
    "told": "--told",
    "rehearsed": "--rehearsed",
    "asked": "--asked",
    "seen": "--seen",
    "classified": "--classified",
}
# trainings whose settings can be told: --set-encoder …
TRAININGS = ("encoder", "answers", "knowledge", "pixel")
GROUPS = {"main": MAIN, "controls": CONTROLS, "pictures": PICTURES, "objectives": OBJECTIVES}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class StudyOptions:
    """What is tried, of how much.

    `learnt` are pictures of each entity for the encoder, `told` those of each that was never seen
    that questions are on, `rehearsed` those of each other. `asked` are test pictures of each
    entity, `seen` how many of the entities that nano knows are asked about, `classified` how many
    pictures are asked about through frames of pixels. `jobs` ways are carried out at a time, each
    on `threads` threads. `encoder` and `answers` are settings of the stages, `knowledge` and
    `pixel` of the prompts.
    """

    model: str = "nano"
    groups: tuple[str, ...] = tuple(GROUPS)
    seeds: int = 3
    learnt: int = 16
    told: int = 2
    rehearsed: int = 1
    asked: int = 4
    seen: int = 51
    classified: int = 120
    jobs: int = 1
    threads: int = 1
    encoder: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    pixel: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (*(name for name in FLAGS if name != "model"), "jobs", "threads"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is at least 1, got {getattr(self, name)}")
        if self.asked < 2:
            raise UsageError("prototypes are of halves: asked is at least 2, got 1")


def command_of(options: StudyOptions) -> str:
    """What repeats it: all that was told otherwise than as it is."""
    told = [f"--group {name}" for name in options.groups] if len(options.groups) < 4 else []
    usual = StudyOptions()
    for name, flag in FLAGS.items():
        if getattr(options, name) != getattr(usual, name):
            told.append(f"{flag} {getattr(options, name)}")
    for part in TRAININGS:
        told += [f"--set-{part} {one}" for one in getattr(options, part)]
    return " ".join(["deixis lab prior", *told, "--out study"])
