"""Places said and read through a pixel prompt, which moves what a model sees of a picture."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates import Dialect, Quantum, Reading
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.models.interface import KnownPixelChange


@final
class Prompted(Dialect):
    """A dialect whose places are in the picture before the prompt, and whose numbers are in the
    one that the model sees after it.
    """

    summary: ClassVar[str] = "places through a pixel prompt"
    kinds: ClassVar[tuple[str, ...]] = ()

    def __init__(self, dialect: Dialect, prompt: KnownPixelChange) -> None:
        self.dialect, self.prompt = dialect, prompt
        self.kinds = dialect.kinds  # type: ignore[misc]  # those of what it stands for

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        seen = self.prompt.view(size).transform
        return self.dialect.say([seen.region(region) for region in regions], seen.after)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        seen = self.prompt.view(size).transform
        reading = self.dialect.read(text, seen.after)
        back = seen.inverse()
        regions = tuple(back.region(region) for region in reading.regions)
        return Reading(regions=regions, unread=reading.unread)

    @override
    def quantum(self, size: Size) -> Quantum:
        seen = self.prompt.view(size).transform
        step = self.dialect.quantum(seen.after)
        return Quantum(x=step.x / seen.scale_x, y=step.y / seen.scale_y)
