"""What a reader gathers on its way through a text."""

from dataclasses import dataclass, field
from typing import final

from deixis.coordinates._convention import Reading
from deixis.coordinates._places import places_in
from deixis.core.convert import Shape
from deixis.core.region import Region

LABEL_LIMIT = 2000  # letters; many places may share one label


@final
@dataclass(kw_only=True, slots=True)
class Collected:
    """Regions and unread pieces, in the order in which they are added."""

    regions: list[Region] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def place(self, shape: Shape | None, *, label: str | None, written: str) -> None:
        """Keep a region, or its words where they gave no shape."""
        if shape is None:
            self.leave(written)
        else:
            if label is not None and len(label) > LABEL_LIMIT:
                label = f"{label[:LABEL_LIMIT]}…"
            self.regions.append(Region(shape=shape, label=label))

    def leave(self, written: str) -> None:
        """Keep a piece that could not be read."""
        if written.strip():
            self.unread.append(written.strip())

    def leave_places(self, prose: str) -> None:
        """Keep what looks like places in a text that is not this convention's."""
        for written in places_in(prose):
            self.leave(written)

    @property
    def count(self) -> int:
        """How many pieces were kept, read or not."""
        return len(self.regions) + len(self.unread)

    def reading(self) -> Reading:
        """All that was gathered."""
        return Reading(regions=tuple(self.regions), unread=tuple(self.unread))
