"""A text was read: its places, and what could be a place and was not understood."""

from dataclasses import dataclass
from typing import final

from deixis.core.region import Region
from deixis.core.untrusted_text import shown
from deixis.core.wording import counted
from deixis.reports import notebook

LENGTH_LIMIT = 2_000_000  # letters of an answer that are read: beyond any model's
CUT_OFF = "cut off before it was complete"
OTHER_WORDS = "not in this dialect's words"
CUT_DRAFT = "a draft that was cut off: nothing was answered after it"
TOO_LONG = f"beyond the {LENGTH_LIMIT:,} letters that are read"


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Place:
    """A region was read; its words are `text[start:end]` of the answer."""

    region: Region
    start: int
    end: int

    def __repr__(self) -> str:
        return f"Place({self.region!r}, text[{self.start}:{self.end}])"


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Unread:
    """A piece of the answer could be a place and was not understood, for this reason; it is
    `text[start:end]` of the answer.
    """

    text: str
    start: int
    end: int
    reason: str

    def __repr__(self) -> str:
        return f"Unread({shown(self.text)}, {shown(self.reason)})"

    def __str__(self) -> str:
        return f"{self.text} ({self.reason})"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """All that came before belonged to a draft, which ended here: it is no answer."""

    end: int


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Reading:
    """A text was read as this: places in pixels of the picture as it was sent, in the text's order,
    and the pieces that could be a place and were not understood.
    """

    places: tuple[Place, ...] = ()
    unread: tuple[Unread, ...] = ()

    def __repr__(self) -> str:
        places = ", ".join(region.place for region in self.regions[:2])
        more = ", …" if len(self.places) > 2 else ""
        told = f"{counted(len(self.places), 'region')}{': ' if places else ''}{places}{more}"
        return f"Reading({told}; {len(self.unread)} unread)"

    def _repr_html_(self) -> str:
        rows = [notebook.region_row(region) for region in self.regions]
        return notebook.block(
            notebook.table(rows or [("nothing", "")], title=counted(len(rows), "region")),
            notebook.table([(one.text, one.reason) for one in self.unread], title="not understood"),
        )

    @property
    def regions(self) -> tuple[Region, ...]:
        """The places' regions, in the text's order."""
        return tuple(place.region for place in self.places)
