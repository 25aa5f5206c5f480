"""Words of a model become regions in pixels of the original picture, as JSON."""

from dataclasses import dataclass
from functools import cached_property
from typing import final

from deixis.ask.model import Model
from deixis.core import region_json
from deixis.core.region import Region
from deixis.models.interface import image_of
from deixis.serve.api_error import ApiError
from deixis.serve.pointing_settings import KEY
from deixis.serve.prepared import Prepared
from deixis.serve.shapes import Json
from deixis.serve.showing import SentPicture, data_url
from deixis.serve.tool_arguments import ToolArguments, scaled


def unread_tools(reading: "ReadingBack") -> ApiError:
    """Why arguments of tools cannot be rewritten: nothing is left as it was without a word."""
    if reading.prepared.about is None:
        told = "; ".join(reading.prepared.warnings) or "the answer's places are not read"
    else:
        told = f"the dialect {reading.model.dialect_name} lays no numbers on the picture"
    return ApiError(400, told, param=f"{KEY}.tool_arguments")


@final
@dataclass(frozen=True, kw_only=True)
class ReadingBack:
    """How the answer to one request is read."""

    model: Model
    prepared: Prepared
    shows_pictures: bool  # what was sent is told with its pictures
    names: tuple[str, ...] = ()  # of the tools' arguments that hold places

    def read(self, text: str) -> Json:
        """The regions of an answer, each with its place in the text, and what of it could be a
        place and was not understood.
        """
        about = self.prepared.about
        if about is None or not text:
            return {"regions": [], "unread": []}
        reading = self.model.dialect.read(text, about.size)
        regions = [
            {**self._record(place.region, about), "start": place.start, "end": place.end}
            for place in reading.places
        ]
        unread = [
            {"text": one.text, "start": one.start, "end": one.end, "reason": one.reason}
            for one in reading.unread
        ]
        return {"regions": regions, "unread": unread}

    @cached_property
    def tools(self) -> ToolArguments | None:
        """How arguments of tools are read; None where that is not asked for."""
        about, dialect = self.prepared.about, scaled(self.model.dialect)
        if not self.names or about is None or dialect is None:
            return None
        return ToolArguments(names=frozenset(self.names), dialect=dialect, about=about)

    @cached_property
    def told(self) -> Json:
        """What was sent, and how places are said and read."""
        contract = self.model.contract
        sent = [self._sent(number, one) for number, one in enumerate(self.prepared.sent)]
        return {
            "dialect": self.model.dialect_name,
            "contract": None if contract is None else contract.name,
            "pictures": sent,
            "warnings": list(self.prepared.warnings),
        }

    def _record(self, region: Region, about: SentPicture) -> Json:
        return region_json.to_record(about.back.region(region))

    def _sent(self, number: int, picture: SentPicture) -> Json:
        told: Json = {
            "sha256": picture.sha256 or None,
            "width": picture.size.width,
            "height": picture.size.height,
            "as_given": picture.url is None,
        }
        if self.shows_pictures and picture.url is not None:
            told["url"] = picture.url or self._handed(number)
        return told

    def _handed(self, number: int) -> str:
        """A picture that a model here was handed."""
        assert self.prepared.asked is not None
        return data_url(image_of(self.prepared.asked.question.pictures[number]), "png")
