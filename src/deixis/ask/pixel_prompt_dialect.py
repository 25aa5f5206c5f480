"""Places said and read through a pixel prompt, which moves what a model sees of a picture."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates import Dialect, Quantum
from deixis.coordinates.groups import Budget, Group, GroupedRecord, ToldPiece
from deixis.core.convert import Shape
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
        self.grammar = dialect.grammar  # type: ignore[misc]

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        seen = self.prompt.view(size).transform
        return self.dialect.say([seen.region(region) for region in regions], seen.after)

    @override
    def parted(self, group: Group) -> list[Group]:
        return self.dialect.parted(group)

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        return self._moved(self.dialect.shape(group, self._seen(size)), size)

    @override
    def told_together(
        self, record: GroupedRecord, size: Size, budget: Budget
    ) -> list[ToldPiece] | None:
        found = self.dialect.told_together(record, self._seen(size), budget)
        if found is None:
            return None
        return [replace(told, what=self._moved(told.what, size)) for told in found]

    def _seen(self, size: Size) -> Size:
        return self.prompt.view(size).transform.after

    def _moved(self, shape: Shape | str, size: Size) -> Shape | str:
        """A shape of what the model sees, in the picture before the prompt."""
        if isinstance(shape, str):
            return shape
        back = self.prompt.view(size).transform.inverse()
        return back.region(Region(shape=shape)).shape

    @override
    def quantum(self, size: Size) -> Quantum:
        seen = self.prompt.view(size).transform
        step = self.dialect.quantum(seen.after)
        return Quantum(x=step.x / seen.scale_x, y=step.y / seen.scale_y)
