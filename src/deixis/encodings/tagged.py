"""A region is outlined and tagged with a number or letters, and named by its tag."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings._encoding import Encoding, Frame
from deixis.marks.tag import TEXT
from deixis.marks.tagging import draw_tagged


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Tagged(Encoding):
    """An outline and a tag lie on the picture; without a `text`, the tag is the next free number.

    `beside` are the tagged regions of the question, this one among them: the first draws them all,
    so that no outline crosses a tag and no tag covers another. `around` are its other regions,
    which tags leave uncovered.
    """

    text: str | None = None
    beside: tuple[tuple[str, Region], ...] = ()
    around: tuple[Region, ...] = ()

    def __post_init__(self) -> None:
        given.text_or_none("a tag's text", self.text)
        if self.text is not None and not TEXT.fullmatch(self.text):
            raise UsageError(f"a tag is up to three digits or three letters, got {self.text!r}")

    @classmethod
    @override
    def of(cls, region: Region) -> "Tagged":
        return cls(region=region)

    @property
    @override
    def is_open(self) -> bool:
        return self.text is None

    @override
    def apart_from(self, others: Sequence[Encoding], image: Image) -> "Tagged":
        taken = [other.text for other in others if isinstance(other, Tagged)]
        if self.text is None:
            text = next(str(n) for n in range(1, len(taken) + 2) if str(n) not in taken)
            return replace(self, text=text)
        if self.text in taken:
            raise UsageError(f"two regions would both be marked {self.text}; give one another text")
        return self

    @override
    def among(self, others: Sequence[Encoding]) -> "Tagged":
        tags = [(o.text or "1", o.region) for o in others if isinstance(o, Tagged)]
        around = tuple(o.region for o in others if not isinstance(o, Tagged))
        return replace(self, beside=tuple(tags), around=around)

    @override
    def paint(self, image: Image) -> Image:
        own = (self.text or "1", self.region)
        listed = self.beside or (own,)
        return draw_tagged(image, listed, self.around) if listed[0] == own else image

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        return f"the object marked {self.text or '1'}"


def tagged(region: Region, text: str | None = None) -> Tagged:
    """The region is outlined and tagged, and is called "the object marked 3". `text` is up to
    three digits or letters; left out, it is the next free number.
    """
    return Tagged(region=region, text=text)
