"""When an answer about Things is right: a name by any of its words, a declining, a box."""

from dataclasses import dataclass
from functools import cache
from typing import final

from deixis.ask.find import counted_size
from deixis.ask.find_prompts import FindPrompt, find_prompt
from deixis.ask.model import Model
from deixis.core.errors import RegionError
from deixis.core.overlap import box_iou
from deixis.core.region import Region
from deixis.core.shapes import Box, Point
from deixis.core.size import Size
from deixis.evals.scores.choice_words import named_choices, tidy
from deixis.models.interface import VisionLanguageModel
from deixis_lab.things.names import thing_named, thing_names
from deixis_lab.zoo.training.vocabulary import DECLINED

LEAST_IOU = 0.5
EXTENDED = ("box", "polygon", "mask")  # kinds of places that have an extent


def says_name(name: str, text: str) -> bool:
    """Whether an answer is the name or a synonym of it, and nothing else but an article."""
    return _is_one_of((name, *thing_named(name).synonyms), text)


def says_colour(colour: str, text: str) -> bool:
    """Whether an answer is the colour, in either spelling of grey."""
    forms = ("gray", "grey") if colour == "gray" else (colour,)
    return _is_one_of(forms, text)


def declines(text: str) -> bool:
    """Whether an answer says that the model does not know this, and no more."""
    return _is_one_of((DECLINED,), text)


def _is_one_of(forms: tuple[str, ...], text: str) -> bool:
    said = tidy(text)
    return any(named_choices(said, [form]).whole is not None for form in forms)


@cache
def first_words() -> tuple[str, ...]:
    """The first word of every name that training may meet, each once."""
    known = (thing.name for thing in thing_names() if not thing.is_held_out)
    return tuple(dict.fromkeys(map(first_word, known)))


def first_word(name: str) -> str:
    """What an answer with this name begins with."""
    return name.partition(" ")[0]


def is_among_best(name: str, text: str) -> bool:
    """Whether the name's first word is among the best of `first_words`, a line each."""
    return first_word(name) in text.splitlines()


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BoxSearch:
    """A model is asked for a box in the words of its own dialect, as `Model.find` asks."""

    model: Model
    prompt: FindPrompt

    def question(self, name: str, size: Size) -> str:
        """Where the thing of that name is, in a picture of this size."""
        return self.prompt.words(f"the {name}", counted_size(self.model, size), many=False)

    def is_found(self, truth: Box, size: Size, text: str) -> bool:
        """Whether the first box that is read in an answer covers the thing's own well enough."""
        regions = [place.region for place in self.model.dialect.read(text, size).places]
        boxes = [one for one in regions if not isinstance(one.shape, Point)]
        return bool(boxes) and _overlap(boxes[0], truth, size) >= LEAST_IOU


def _overlap(region: Region, truth: Box, size: Size) -> float:
    try:
        return box_iou(region.within(size).box(), truth)
    except RegionError:  # it lies outside of the picture
        return 0.0


def box_search(model: VisionLanguageModel) -> BoxSearch | None:
    """How this model is asked for boxes; None where it writes none, or nobody knows how it does."""
    asked = Model(model)
    name = asked.dialect_name
    if name is None or not set(EXTENDED) & set(asked.dialect.kinds):
        return None
    return BoxSearch(model=asked, prompt=find_prompt(name, "box", can=asked.dialect.kinds))
