"""A dialect says regions and reads them back: this is its interface."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.labels import whole_characters
from deixis.coordinates.number_scale import NumberScale, Quantum
from deixis.core.answer_text import answered
from deixis.core.errors import UnsupportedError
from deixis.core.region import Region
from deixis.core.size import Size

LENGTH_LIMIT = 2_000_000  # letters of an answer that are read: beyond any model's


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A text was read as this: regions in pixels of the original image, in the text's order, and
    the pieces that look like coordinates of this dialect but could not be read.
    """

    regions: tuple[Region, ...]
    unread: tuple[str, ...] = ()


class Dialect(ABC):
    """A dialect is how one family of models writes places down; every one can be made without
    arguments.

    `size` is always the size of the picture as it was sent to the model, and regions are in its
    pixels. `kinds` are the kinds of regions that are said as they are; any other kind is said as
    its box where boxes are among them, else as its centre.
    """

    kinds: ClassVar[tuple[str, ...]]
    summary: ClassVar[str]

    @abstractmethod
    def say(self, regions: Sequence[Region], size: Size) -> str:
        """The regions are said in this dialect's words, one phrase for all. RegionError if one
        lies wholly outside of the picture; what sticks out is cut at its border.
        """

    @final
    def read(self, text: str, size: Size) -> Reading:
        """Every region in a model's answer is read. This never raises, whatever the text holds.

        Drafts and control tokens are no answer (see `deixis.core.answer_text`). Unread are, besides
        what `parse` cannot read, a draft that was cut off, what lies beyond 2,000,000 letters, and
        every answer about a picture of a size that the family does not take.
        """
        said = answered(whole_characters(text[:LENGTH_LIMIT]))
        try:
            reading = self.parse(said.text, size)
        except UnsupportedError:
            has_number = any(character.isdigit() for character in said.text)
            reading = Reading(regions=(), unread=(said.text.strip(),) if has_number else ())
        beyond = whole_characters(text[LENGTH_LIMIT:])
        left = tuple(piece for piece in (said.unfinished, beyond) if piece)
        return Reading(regions=reading.regions, unread=(*reading.unread, *left))

    @abstractmethod
    def parse(self, text: str, size: Size) -> Reading:
        """Every region in an answer without drafts is read, in time that grows with its length
        alone. This raises nothing but the UnsupportedError of a size that the family does not take.
        """

    @abstractmethod
    def quantum(self, size: Size) -> Quantum:
        """The numbers have this step in a picture of this size; say-then-read is within half of
        it.
        """


class ScaledDialect(Dialect):
    """The dialect's numbers lie on the picture by a scale."""

    @abstractmethod
    def scale(self, size: Size) -> NumberScale:
        """The scale tells what the numbers count in a picture of this size."""

    @final
    @override
    def quantum(self, size: Size) -> Quantum:
        return self.scale(size).quantum()
