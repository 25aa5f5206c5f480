"""A region is said in words: by its coordinates, as the model family writes them."""

from dataclasses import dataclass
from typing import final

from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.region import Region
from deixis.encodings._encoding import Encoding, Frame


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Said(Encoding):
    """The phrase is `[412, 300, 520, 411]`, or whatever the model's dialect makes of the
    region.
    """

    @classmethod
    @override
    def of(cls, region: Region) -> "Said":
        return cls(region=region)

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        return dialect.say([frame.transform.region(self.region)], frame.image.size)


def said(region: Region) -> Said:
    """The region stands as coordinates in the question's text."""
    return Said(region=region)
