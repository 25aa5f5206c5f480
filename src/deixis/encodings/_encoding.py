"""The interface of an encoding, and the frame in which its phrase is said."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from deixis.coordinates import Convention
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.transform import Transform


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One picture of those that are sent: its pixels, and the way from the original to it.

    `number` counts the sent pictures from 1; `num_pictures` is how many there are.
    """

    image: Image
    transform: Transform
    number: int = 1
    num_pictures: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding(ABC):
    """A region together with the way it is shown or told to a model.

    `needs_whole` is False for encodings that bring a picture of their own (a crop): a question of
    only such encodings is asked without the whole picture. `is_sole`: only one of this kind can be
    in a question.
    """

    region: Region
    needs_whole: ClassVar[bool] = True
    is_sole: ClassVar[bool] = False

    @property
    def is_open(self) -> bool:
        """Whether `apart_from` may change it."""
        return False

    @classmethod
    @abstractmethod
    def of(cls, region: Region) -> "Encoding":
        """The encoding with its default settings, as the command line makes it."""

    def apart_from(self, others: "Sequence[Encoding]") -> "Encoding":
        """The encoding beside others of the same question, so that no two are said alike.

        `others` are settled; UsageError if that cannot be and nothing was left open.
        """
        return self

    def among(self, others: "Sequence[Encoding]") -> "Encoding":
        """The encoding once it is known which others, itself among them, the question has."""
        return self

    def paint(self, image: Image) -> Image:
        """The whole picture with the region shown on it; most change nothing."""
        return image

    def own_picture(self, image: Image) -> Frame | None:
        """A picture that is sent for this region alone."""
        return None

    @abstractmethod
    def phrase(self, frame: Frame, convention: Convention) -> str:
        """The words that stand for the region in the question. `frame` is the encoding's own
        picture where it has one, else the whole one.
        """


def checked_share(name: str, value: float, *, low: float, high: float) -> None:
    """Refuse a setting beyond its range."""
    if not low <= value <= high:
        raise UsageError(f"{name} is within {low:g}..{high:g}, got {value}")
