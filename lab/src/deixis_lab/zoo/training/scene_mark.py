"""A mark over a thing of a scene."""

from dataclasses import dataclass
from typing import final

from deixis.marks import Mark

# the eight of ViP-LLaVA, in the order of the classes that readers were trained with
KINDS = ("rectangle", "ellipse", "point", "triangle", "scribble", "mask", "contour", "arrow")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SceneMark:
    """A mark over what is at one place of a scene's `owners`, and the name of its colour, which its
    phrase may leave out.
    """

    owner: int
    colour: str
    mark: Mark

    @property
    def kind(self) -> str:
        """Its shape."""
        return self.mark.shape

    @property
    def phrase(self) -> str:
        """How it is said."""
        return self.mark.phrase
