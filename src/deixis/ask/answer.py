"""What comes back from asking."""

from dataclasses import dataclass
from typing import final

from deixis.ask.sent import Sent
from deixis.core.region import Region


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the model said; the regions in its words, in pixels of the original image; the pieces
    that look like coordinates but could not be read; and exactly what was sent.
    """

    text: str
    regions: tuple[Region, ...]
    unread: tuple[str, ...]
    finish: str
    sent: Sent
