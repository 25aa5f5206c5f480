"""A reader gathers regions on its way through a text, and pieces that look like places."""

import re
from dataclasses import dataclass, field
from typing import final

from deixis.coordinates.dialect import Reading
from deixis.core.convert import Shape
from deixis.core.region import Region

LABEL_LIMIT = 2000  # letters; many places may share one label


@final
@dataclass(kw_only=True, slots=True)
class Collected:
    """Regions and unread pieces stand in the order in which they were added."""

    regions: list[Region] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def place(self, shape: Shape | None, *, label: str | None, written: str) -> None:
        """A region is kept, or its words where they gave no shape."""
        if shape is None:
            self.leave(written)
        else:
            if label is not None and len(label) > LABEL_LIMIT:
                label = f"{label[:LABEL_LIMIT]}…"
            self.regions.append(Region(shape=shape, label=label))

    def leave(self, written: str) -> None:
        """A piece that could not be read is kept."""
        if written.strip():
            self.unread.append(written.strip())

    def leave_places(self, prose: str) -> None:
        """What looks like places is kept from a text that is not this dialect's."""
        for written in places_in(prose):
            self.leave(written)

    @property
    def count(self) -> int:
        """So many pieces were kept, read or not."""
        return len(self.regions) + len(self.unread)

    def reading(self) -> Reading:
        """All that was gathered is the reading."""
        return Reading(regions=tuple(self.regions), unread=tuple(self.unread))


NUMBER = r"-?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})"
APART = r"(?:\s{0,3}[,;]\s{0,3}|\s{1,3})"
EDGE = (
    r"(?<![A-Za-z])(?:[xywh][12]?|[xy]_?(?:min|max|center|0|1|2)|left|top|right|bottom|width|height)"
    rf"[\"']?\s{{0,3}}[=:]\s{{0,3}}[\"']?{NUMBER}[\"']?"
)
SHORTEST = 4  # "[1,2"; most texts between lists are shorter
# repetitions are bounded: each costs the engine memory until the match ends
PLACES = re.compile(
    # <point x="61.5" y="40.4">, cut off or not: a tag with two numbers in its attributes
    r"<[A-Za-z|][^<>=]{0,200}=[^<>\d]{0,50}\d[^<>]{0,2000}?[^\d<>.][-.]?\d[^<>]{0,2000}>?"
    # <loc0042><loc0017>, <165><132>, <patch_index_0012><patch_index_0044>
    r"|(?:<\|?[A-Za-z_]{0,20}\d{1,6}\|?>[\s,]{0,3}){2,200}"
    r"|<\|?(?:loc|seg|patch_index)_?\d{1,6}\|?>"
    # <bbox>100 200 300 400, <point>500 300
    rf"|<\|?[A-Za-z_]\w{{0,20}}\|?>\s{{0,3}}[\[(]{{0,2}}{NUMBER}(?:{APART}{NUMBER}){{1,200}}"
    # x=500, y=300
    rf"|{EDGE}(?:[\s,;]{{0,5}}[\"']?{EDGE}){{1,50}}"
    # [412, 300, or (412, 300
    rf"|[\[({{]\s{{0,3}}{NUMBER}(?:{APART}{NUMBER}){{1,200}}\s{{0,3}}[\])}}]?"
    # 100 200 300 400
    rf"|(?<![\w.]){NUMBER}(?:{APART}{NUMBER}){{3,200}}(?!\w)"
)


def places_in(prose: str) -> list[str]:
    """These pieces of a text look like places, each once, in their order."""
    if len(prose) < SHORTEST:
        return []
    return [found.group().strip() for found in PLACES.finditer(prose)]
