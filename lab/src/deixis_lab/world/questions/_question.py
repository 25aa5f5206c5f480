"""What a question about a scene is, and what every kind of question implements."""

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from deixis.core import region_json
from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis_lab.world.scene import Scene, Thing

LETTERS = "ABCD"
SHORT = "Answer the question using a single word or phrase."
BY_LETTER = "Answer with the option's letter from the given choices directly."


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Pointed:
    """A region and the slot of the text that it stands in."""

    slot: str
    region: Region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What is asked, with `{slot}` for regions; the answer; the choices, if they are given."""

    text: str
    answer: str
    choices: tuple[str, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SceneQuestion:
    """One question, or two where the second asks why.

    `scene` is the picture's name; `variant` tells the sort within the kind, as "adversarial".
    `evidence` has the depths of the things that the answer rests on, where no region says it.
    """

    kind: str
    scene: str
    turns: tuple[Turn, ...]
    pointed: tuple[Pointed, ...] = ()
    variant: str | None = None
    evidence: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The first turn's question."""
        return self.turns[0].text

    @property
    def answer(self) -> str:
        """The first turn's answer."""
        return self.turns[0].answer

    @property
    def regions(self) -> dict[str, Region]:
        """The regions by their slots."""
        return {pointed.slot: pointed.region for pointed in self.pointed}

    def llava(self, image: str) -> dict[str, object]:
        """A row of LLaVA's conversation format, with our regions' JSON beside it.

        `image` is the picture's file. Regions stay `{slot}` in the words: how they are said or
        drawn is decided when the row is used.
        """
        spoken: list[dict[str, str]] = []
        for place, turn in enumerate(self.turns):
            asked = f"<image>\n{turn.text}" if place == 0 else turn.text
            spoken.append({"from": "human", "value": asked})
            spoken.append({"from": "gpt", "value": turn.answer})
        regions = {slot: region_json.to_record(region) for slot, region in self.regions.items()}
        name = f"{self.scene}/{self.kind}"
        return {"id": name, "image": image, "conversations": spoken, "regions": regions}


class QuestionKind(abc.ABC):
    """One kind of question."""

    @abc.abstractmethod
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        """A question on this picture, or None if it gives no fair one."""


def lettered(question: str, choices: Sequence[str]) -> str:
    """A question with its choices as lines A to D."""
    lines = [f"{letter}. {choice}" for letter, choice in zip(LETTERS, choices, strict=True)]
    return "\n".join([question, *lines, BY_LETTER])


def slots(things: Sequence[Thing]) -> tuple[Pointed, ...]:
    """The things as {first}, {second}, {third}, {fourth}."""
    names = ("first", "second", "third", "fourth")
    return tuple(
        Pointed(slot=name, region=thing.region) for name, thing in zip(names, things, strict=False)
    )


def centre_of(thing: Thing) -> tuple[float, float]:
    """The middle of its visible box."""
    box = thing.region.box()
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
