"""A knowledge source takes a picture and gives what is seen in it as Regions: this is its
interface.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar, final

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SourceOptions:
    """A source may be asked this; what it does not know of, it refuses."""

    stored_name = "SourceOptions"

    least_score: float | None = None  # less sure notes are left out; None: the source's usual cut
    words: tuple[str, ...] = ()  # what a detector with an open vocabulary looks for
    language: str | None = None  # of written words

    def __post_init__(self) -> None:
        if self.least_score is not None and not 0 <= self.least_score <= 1:
            raise UsageError(f"a least score is within 0..1, got {self.least_score}")
        if not all(word.strip() for word in self.words):
            raise UsageError("the words to look for are not empty")

    @property
    def given(self) -> tuple[str, ...]:
        """These options are said."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != f.default)

    def only(self, names: Sequence[str]) -> "SourceOptions":
        """These options stay; the others are as if nobody had said them."""
        return SourceOptions(**{name: getattr(self, name) for name in self.given if name in names})


class KnowledgeSource(ABC):
    """A source finds things or words in pictures. Its notes are in pixels of the picture, cut to
    it, each with a label or a text, a score where it has one, and the source's name; in the same
    order every time.

    `takes` says what stands behind its name ("panoptic:CHECKPOINT"), None where nothing does;
    `knows` are the names of the options that mean something to it.
    """

    takes: ClassVar[str | None] = None
    knows: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def of(cls, argument: str, options: SourceOptions) -> "KnowledgeSource":
        """The source is loaded; the options are among those that it knows."""

    @classmethod
    def origins(cls, name: str) -> tuple[str, ...]:
        """Any picture is looked at for what this one finds by itself, under its full name."""
        return (name,)

    @property
    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """The notes depend on this: `source` is its name in full, then come versions, weights,
        cuts.
        """

    @abstractmethod
    def look(self, image: Image) -> list[Region]:
        """The source finds this in a picture."""

    def look_all(self, images: Sequence[Image]) -> list[list[Region]]:
        """The source finds this in many pictures; a picture's notes do not depend on the others."""
        return [self.look(image) for image in images]
