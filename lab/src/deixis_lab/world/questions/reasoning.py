"""How are two marked things alike, and why? Two turns of four choices each, as VCR."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.things.names import categories, named_in, thing_named
from deixis_lab.world.colours import INKS
from deixis_lab.world.questions._question import (
    LETTERS,
    QuestionKind,
    SceneQuestion,
    Turn,
    lettered,
    slots,
)
from deixis_lab.world.scene import SIGN, Scene, Thing

COLOUR, NAME, GROUP, NOTHING = "colour", "name", "group", "nothing"
ALIKE = {
    COLOUR: "They have the same colour, but are of different kinds.",
    NAME: "They are the same thing in two colours.",
    GROUP: "They are different things of one kind, in two colours.",
    NOTHING: "They differ in colour and in kind.",
}


@final
class Reasoning(QuestionKind):
    """The answer is one of ALIKE; the reason names what was seen. Each reason stands alone.

    Asked of things that have one colour and a category.
    """

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        drawn = [thing for thing in scene.things if thing.name != SIGN and thing.colour]
        pairs: dict[str, list[tuple[Thing, Thing]]] = {}
        for place, first in enumerate(drawn):
            for second in drawn[place + 1 :]:
                how = likeness(first, second)
                if how is not None:
                    pairs.setdefault(how, []).append((first, second))
        wanted = draws.pick(tuple(ALIKE))
        if wanted not in pairs:
            return None
        first, second = draws.shuffled(draws.pick(pairs[wanted]))
        answers = draws.shuffled(tuple(ALIKE.values()))
        right = reason(wanted, first, second)
        reasons = draws.shuffled([right, *self._wrong(right, wanted, first, second, draws)])
        return SceneQuestion(
            kind="reasoning",
            scene=scene.name,
            turns=(
                _turn("How are {first} and {second} alike?", answers, ALIKE[wanted]),
                _turn("Why?", reasons, right),
            ),
            pointed=slots([first, second]),
            variant=wanted,
        )

    def _wrong(self, right: str, how: str, first: Thing, second: Thing, draws: Draws) -> list[str]:
        """Three reasons that do not hold: of the same sort as the right one, and of others."""
        colours = [name for name in INKS if name not in (first.colour, second.colour)]
        groups = [name for name in categories() if name != _category(first)]
        names = [first.name, second.name]
        others = {
            COLOUR: f"Both are {draws.pick(colours)}.",
            NAME: f"Each shows {draws.pick(names)}.",
            GROUP: f"Both belong to {draws.pick(groups)}.",
            NOTHING: f"One is {second.colour} {first.name}, one {first.colour} {second.name}.",
        }
        if how == NAME:
            return [others[COLOUR], f"Each shows {_other_name(first, draws)}.", others[GROUP]]
        if how == NOTHING:
            return [others[COLOUR], others[NAME], others[NOTHING]]
        swapped = f"Both are {draws.pick(colours)}." if how == COLOUR else others[GROUP]
        extra = others[GROUP] if how == COLOUR else others[COLOUR]
        return [swapped, others[NAME], extra]


def likeness(first: Thing, second: Thing) -> str | None:
    """In what one way two things are alike; None if in several."""
    same_colour, same_name = first.colour == second.colour, first.name == second.name
    same_group = _category(first) == _category(second)
    if same_colour:
        return None if same_group else COLOUR
    if same_name:
        return NAME
    return GROUP if same_group else NOTHING


def reason(how: str, first: Thing, second: Thing) -> str:
    """Why they are alike in that way."""
    if how == COLOUR:
        return f"Both are {first.colour}."
    if how == NAME:
        return f"Each shows {first.name}."
    if how == GROUP:
        return f"Both belong to {_category(first)}."
    return f"One is {first.colour} {first.name}, one {second.colour} {second.name}."


def _turn(asked: str, choices: list[str], right: str) -> Turn:
    letter = LETTERS[choices.index(right)]
    return Turn(text=lettered(asked, choices), answer=letter, choices=tuple(choices))


def _other_name(thing: Thing, draws: Draws) -> str:
    names = [name for name in named_in(_category(thing)) if name != thing.name]
    return draws.pick(names)


def _category(thing: Thing) -> str:
    return thing_named(thing.name).category
