"""Do marks in colours that training never had still point?"""

from dataclasses import replace
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.evals.findings import ClaimVerdict, Findings, Trial
from deixis_lab.examine.naming import LINED, colour_over, kind_of, mark_of, marked, target_of
from deixis_lab.experiments._experiment import Experiment
from deixis_lab.world.colours import INKS
from deixis_lab.world.scene import Scene
from deixis_lab.zoo.training.marked_scenes import CLEAR

SAID, UNSAID = "a trained colour, said", "a trained colour, not said"
OTHERS: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "brown": (139, 69, 19),
    "teal": (0, 128, 128),
    "navy": (0, 0, 128),
    "pink": (255, 150, 180),
}


@final
class Colours(Experiment):
    """One thing under one kind of line, in the colours of training and in others, which have no
    name: the question says the shape alone.
    """

    claim: ClassVar[str] = "Marks of a colour that was not trained are understood."
    source: ClassVar[str] = "ViP-LLaVA draws half of its marks in any colour; our own question"
    conditions: ClassVar[tuple[str, ...]] = (SAID, UNSAID, *OTHERS)
    baseline: ClassVar[str] = UNSAID

    @override
    def trials(self, scene: Scene, index: int) -> list[Trial]:
        target = target_of(scene, index, "colours")
        if target is None:
            return []
        thing, kind = target.thing, kind_of(index, LINED)
        if thing.colour not in INKS:  # of no one colour, or gray
            return []
        own = np.array(INKS[thing.colour])
        said = mark_of(thing.region, kind, colour_over(thing, target.draws))
        trials = [marked(SAID, scene, said, thing)]
        alone = mark_of(thing.region, kind, _near(said.style.rgb))
        trials.append(marked(UNSAID, scene, alone, thing))
        for name, rgb in OTHERS.items():
            if np.abs(own - rgb).sum() >= CLEAR:
                trials.append(marked(name, scene, mark_of(thing.region, kind, rgb), thing))
        return trials

    @override
    def verdict(self, findings: Findings) -> ClaimVerdict:
        harm = findings.harmed(OTHERS)
        return replace(harm, words=f"against a trained colour that is not said, {harm.words}")


def _near(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    """The same to the eye, and yet without a name."""
    red, green, blue = rgb
    return (abs(red - 2), abs(green - 2), abs(blue - 2))
