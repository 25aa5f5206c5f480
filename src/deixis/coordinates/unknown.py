"""Of some models it is not known how they count places: nothing is said to them, nothing read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.contracts import nearest_said
from deixis.coordinates.dialect import Dialect
from deixis.coordinates.groups import Group
from deixis.coordinates.number_scale import Quantum
from deixis.coordinates.reading import OTHER_WORDS
from deixis.core.convert import Shape
from deixis.core.errors import UsageError
from deixis.core.region import Region
from deixis.core.size import Size

LONGEST = 300  # letters of a note in a message
REASON = "it is not known how this model counts places"


@final
@dataclass(frozen=True, kw_only=True)
class UnknownDialect(Dialect):
    """A model's places are refused with what to do: they are never guessed. `asked` is the model's
    name, `note` how it is known to write, where no dialect here writes so.
    """

    kinds: ClassVar[tuple[str, ...]] = ()
    why_unread: ClassVar[str] = REASON
    summary: ClassVar[str] = "of a model of which it is not known how it counts places"

    asked: str = "this model"
    note: str = ""

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        raise self.refusal()

    def refusal(self) -> UsageError:
        """What is said where a place is to be said to the model or read from it."""
        if self.note:
            known = f"no dialect here writes places as {self.asked!r} does ({self.note[:LONGEST]})"
        else:
            near = nearest_said(self.asked)
            known = f"it is not known how {self.asked!r} counts places{near}"
        return UsageError(
            f"{known}, so none is said to it or read from it: pass dialect=… (`deixis say` shows "
            "them all), or contract=NAME of a model that counts as it does (`deixis contracts` "
            "lists them), or measure it (deixis probe MODEL); regions that are drawn or cropped "
            "need none of that"
        )

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        return OTHER_WORDS

    @override
    def quantum(self, size: Size) -> Quantum:
        raise UsageError(f"it is not known how {self.asked!r} counts places")
