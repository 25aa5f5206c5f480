"""What a conversation's pictures become is planned before any of them is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from deixis.ask.slots import PLACE
from deixis.encodings import Encoding
from deixis.serve.api_error import ApiError
from deixis.serve.conversation import REGIONS, Conversation, PictureGiven, encodings_of
from deixis.serve.settings import ServedModel
from deixis.serve.showing import num_frames

SEVERAL = "the answer's places are not read, since it is not told which of several pictures they \
are of: say so by deixis.picture"
NO_PICTURE = "the answer's places are not read, since there is no picture in the conversation"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PicturePlan:
    """How regions are shown or said by their pictures' numbers, the number that each picture's
    first frame has, and how many are sent in all. `about` is the picture that the answer's places
    are of; None where that is not known, which `note` tells.
    """

    encodings: Mapping[int, Mapping[str, Encoding]]
    first: Mapping[int, int]
    total: int
    about: int | None
    note: str = ""


def planned(conversation: Conversation, model: ServedModel) -> PicturePlan:
    """The plan; ApiError where the regions cannot be what they are said to be."""
    encodings = encodings_of(conversation, model)
    first: dict[int, int] = {}
    total = 0
    for picture in conversation.pictures:
        first[picture.number] = total + 1
        total += num_frames(encodings[picture.number])
    about, note = _about(conversation)
    return PicturePlan(encodings=encodings, first=first, total=total, about=about, note=note)


def filled(text: str, phrases: Mapping[str, str]) -> str:
    """The text with phrases in the places of their names. `{{name}}` of a region is its name in
    braces; all other braces are text.
    """

    def said(name: str | None, literal: str | None, whole: str) -> str:
        if name in phrases and name is not None:
            return phrases[name]
        return f"{{{literal}}}" if literal in phrases else whole

    return PLACE.sub(lambda place: said(place["slot"], place["literal"], place[0]), text)


def _about(conversation: Conversation) -> tuple[int | None, str]:
    pictures, told = conversation.pictures, conversation.settings.picture
    if not conversation.settings.read:
        return None, ""
    if told is not None:
        if told > len(pictures):
            wrong = f"there are {len(pictures)} pictures in the conversation, got {told}"
            raise ApiError(400, wrong, param="deixis.picture")
        return told, ""
    if len(pictures) == 1:
        return 1, ""
    marked: list[PictureGiven] = [one for one in pictures if one.part.record.get(REGIONS)]
    if len(marked) == 1:
        return marked[0].number, ""
    return None, SEVERAL if pictures else NO_PICTURE
