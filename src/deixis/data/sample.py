"""One example of a data set has pictures, regions by their slots, and what is said about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.question_text import slots_in

ALL = ("rectangle", "ellipse", "triangle", "point", "scribble", "contour", "mask", "arrow")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Marking:
    """A data set's regions are marked so, as ViP-LLaVA's release marks them.

    `shapes` are names of `marks.shapes`. `is_constant` keeps one width and alpha. `colour` is the
    only one, if there is only one. `test_shapes` are those of its benchmark, where they differ.
    """

    shapes: tuple[str, ...]
    is_constant: bool = False
    colour: str | None = None
    test_shapes: tuple[str, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A turn is a question and its answer; either may hold `{slot}`s.

    `question` is whole: where there are choices, they stand in it, one a line behind their letter.
    `choices` are the words of each, and `right` is the place of the right one. `references` are all
    answers that count as right, where there are several.
    """

    question: str
    answer: str
    choices: tuple[str, ...] = ()
    right: int | None = None
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.right is not None and not 0 <= self.right < len(self.choices):
            raise UsageError(
                f"the right choice is within 0..{len(self.choices) - 1}, got {self.right}"
            )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RegionSample:
    """A sample is one example. `regions` are by the slots of the words, in pixels of the (first)
    picture.

    `dataset` and `kind` are names: whose it is, what is asked ("description", "pointing" …). `size`
    is what the data set says of the picture, if it says so.
    """

    dataset: str
    id: str
    kind: str
    pictures: tuple[Path, ...]
    turns: tuple[Turn, ...]
    regions: Mapping[str, Region] = field(default_factory=dict)
    split: str | None = None
    size: Size | None = None
    marking: Marking

    @property
    def picture(self) -> Path:
        """The sample's only picture is this file."""
        if len(self.pictures) != 1:
            raise UsageError(f"{self.dataset} {self.id} has {len(self.pictures)} pictures, not one")
        return self.pictures[0]

    def image(self) -> Image:
        """The only picture is opened now."""
        return open_image(self.picture)

    def regions_of(self, turn: Turn) -> dict[str, Region]:
        """A turn speaks of these regions."""
        mentioned = slots_in(f"{turn.question}\n{turn.answer}")
        return {slot: region for slot, region in self.regions.items() if slot in mentioned}


EIGHT = Marking(shapes=ALL)
VCR = Marking(shapes=tuple(shape for shape in ALL if shape != "point"), test_shapes=("point",))
RELATION = Marking(shapes=("rectangle", "ellipse"))
CAPTION = Marking(shapes=("rectangle", "ellipse", "arrow"))
POINTING = Marking(shapes=("rectangle",), is_constant=True)
COUNTING = Marking(shapes=("rectangle",), is_constant=True, colour="red")
