"""Every encoding implements this interface, and says its phrase in a frame."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from deixis.coordinates import Dialect
from deixis.core import given
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.transform import Transform


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A frame is one of the pictures that are sent: its pixels, and the transform from the original
    to it.

    `number` counts the sent pictures from 1; `num_pictures` is how many there are.
    """

    image: Image
    transform: Transform
    number: int = 1
    num_pictures: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding(ABC):
    """An encoding is a region together with the way in which it is shown or told to a model.

    `needs_whole` is False for encodings that bring a picture of their own (a crop): a question that
    has only such encodings is asked without the whole picture. `is_sole`: a question can have only
    one of this kind.
    """

    region: Region
    needs_whole: ClassVar[bool] = True
    is_sole: ClassVar[bool] = False

    @property
    def is_open(self) -> bool:
        """`apart_from` may still change the encoding."""
        return False

    @classmethod
    @abstractmethod
    def of(cls, region: Region) -> "Encoding":
        """The encoding is built with its default settings, as on the command line."""

    def apart_from(self, others: "Sequence[Encoding]", image: Image) -> "Encoding":
        """The encoding is told apart from others of the same question about this picture, so that
        no two are said alike.

        `others` are settled; UsageError if that cannot be done and nothing was left open.
        """
        return self

    def among(self, others: "Sequence[Encoding]") -> "Encoding":
        """The encoding is completed once it is known which others, itself among them, the
        question has.
        """
        return self

    def paint(self, image: Image) -> Image:
        """The region is shown on the whole picture; most encodings change nothing."""
        return image

    def own_picture(self, image: Image) -> Frame | None:
        """Some encodings send a picture for this region alone."""
        return None

    @abstractmethod
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        """These words stand for the region in the question. `frame` is the encoding's own
        picture where it has one, else the whole one.
        """


def checked_share(name: str, value: float, *, low: float, high: float) -> None:
    """A setting beyond its range is refused."""
    given.number(name, value, least=low, most=high)
