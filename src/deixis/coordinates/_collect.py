"""What a reader gathers on its way through a text."""

from dataclasses import dataclass, field
from typing import final

from deixis.coordinates._convention import Reading
from deixis.core.convert import Shape
from deixis.core.region import Region


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
            self.regions.append(Region(shape=shape, label=label))

    def leave(self, written: str) -> None:
        """Keep a piece that could not be read."""
        if written.strip():
            self.unread.append(written.strip())

    @property
    def count(self) -> int:
        """How many pieces were kept, read or not."""
        return len(self.regions) + len(self.unread)

    def reading(self) -> Reading:
        """All that was gathered."""
        return Reading(regions=tuple(self.regions), unread=tuple(self.unread))
