"""What comes back from asking, and what was found out about the region that an answer rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from deixis.ask.sent import Sent
from deixis.coordinates import Place, Unread
from deixis.core import region_json, showing
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.core.untrusted_text import shown
from deixis.core.wording import counted

# the question, the answer and another answer; how far they agree, 0..1
Judging: TypeAlias = Callable[[str, str, str], float]
Verdict: TypeAlias = Literal["confirmed", "not needed", "not enough", "unsupported", "unknown"]
AGREES = 0.75  # from so much agreement on, two answers say the same


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Answer:
    """What the model said; the places in its words, in pixels of the original image, and where in
    the text they stand; the pieces that could be a place and were not understood, with the reason;
    and exactly what was sent.

    `cited` is what was found out about the region that it rests on, where that was asked for. It
    shows itself in a notebook; printed, it is its words.
    """

    text: str
    places: tuple[Place, ...]
    unread: tuple[Unread, ...]
    finish: str
    sent: Sent
    cited: "Cited | None" = None

    def __repr__(self) -> str:
        places = counted(len(self.places), "region")
        unread = f", {len(self.unread)} unread" if self.unread else ""
        return f"Answer({shown(self.text)}, {places}{unread}, from {shown(self.sent.model)})"

    def __str__(self) -> str:
        return self.text

    @property
    def regions(self) -> tuple[Region, ...]:
        """The places' regions, in the text's order."""
        return tuple(place.region for place in self.places)

    def picture(self) -> Image:
        """The first picture as it was sent, with the regions answered outlined and labelled."""
        from deixis.ask.answer_shown import drawn_answer

        return drawn_answer(self)

    def show(self) -> None:
        """The answer is shown: in a notebook below the cell, elsewhere its picture in the system's
        viewer.
        """
        showing.show(self, self.picture().pil())

    def _repr_html_(self) -> str:
        from deixis.ask.answer_shown import answer_html

        return answer_html(self)


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Cited:
    """The region that an answer is said to rest on, and two checks of it.

    `crop` is the answer to the same question about nothing but the `window` around the region,
    `hidden` the one about the picture with the window painted over; `agreement` and
    `hidden_agreement` are how far each says what the answer says, 0..1. `chance` is the window's
    share of the picture: a region that is made up is confirmed about so often. Where nothing could
    be checked, `why` says so.
    """

    region: Region | None
    found: Answer | None
    window: Box | None = None
    chance: float | None = None
    crop: Answer | None = None
    agreement: float | None = None
    hidden: Answer | None = None
    hidden_agreement: float | None = None
    why: str = ""

    def __repr__(self) -> str:
        place = None if self.region is None else self.region.place
        return f"Cited({self.verdict!r}, region={place!r})"

    @property
    def verdict(self) -> Verdict:
        """What the two checks say together.

        "confirmed": the window alone gives the answer, and without it there is another one. "not
        needed": it gives the answer, and so does the rest: the answer stands elsewhere too, or
        comes from memory. "not enough": hiding it changes the answer, but alone it does not give
        it. "unsupported": the answer does not change without it, and it does not give the answer.
        "unknown": there was nothing to check.
        """
        if self.agreement is None or self.hidden_agreement is None:
            return "unknown"
        if self.hidden_agreement < AGREES:
            return "confirmed" if self.agreement >= AGREES else "not enough"
        return "not needed" if self.agreement >= AGREES else "unsupported"

    def record(self) -> dict[str, object]:
        """All of it as JSON, the answers by their words."""
        return {
            "verdict": self.verdict,
            "region": None if self.region is None else region_json.to_record(self.region),
            "window": None if self.window is None else list(self.window.xyxy),
            "chance": self.chance,
            "found": None if self.found is None else self.found.text,
            "crop": None if self.crop is None else self.crop.text,
            "agreement": self.agreement,
            "hidden": None if self.hidden is None else self.hidden.text,
            "hidden_agreement": self.hidden_agreement,
            "why": self.why,
        }
