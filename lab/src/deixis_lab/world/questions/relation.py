"""How two marked things lie to one another."""

from typing import final

from typing_extensions import override

from deixis.core.portable_rng import Draws
from deixis_lab.world.questions._question import (
    SHORT,
    QuestionKind,
    SceneQuestion,
    Turn,
    centre_of,
    slots,
)
from deixis_lab.world.scene import Scene, Thing

RELATIONS = ("left of", "right of", "above", "below")
CLEAR = 3  # the longer way is at least this many times the shorter one, halved
APART = 8  # and at least one part in this many of the picture's side


@final
class Relation(QuestionKind):
    """Which of four relations holds; only pairs that lie clearly one way are asked about."""

    @override
    def ask(self, scene: Scene, draws: Draws) -> SceneQuestion | None:
        least = scene.image.size.width / APART
        pairs = [
            (first, second)
            for first in scene.things
            for second in scene.things
            if first is not second and relation_of(first, second, least)
        ]
        if not pairs:
            return None
        first, second = draws.pick(pairs)
        asked = f"Is {{first}} left of, right of, above or below {{second}}?\n{SHORT}"
        turn = Turn(text=asked, answer=relation_of(first, second, least) or "", choices=RELATIONS)
        return SceneQuestion(
            kind="relation", scene=scene.name, turns=(turn,), pointed=slots([first, second])
        )


def relation_of(first: Thing, second: Thing, least: float) -> str | None:
    """How the first lies to the second, from the centres of their boxes; None if not clear."""
    (x0, y0), (x1, y1) = centre_of(first), centre_of(second)
    across, down = x1 - x0, y1 - y0
    if max(abs(across), abs(down)) < least:
        return None
    if 2 * abs(across) >= CLEAR * abs(down):
        return "left of" if across > 0 else "right of"
    if 2 * abs(down) >= CLEAR * abs(across):
        return "above" if down > 0 else "below"
    return None
