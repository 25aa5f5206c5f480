"""How a model writes places: an interface, and the way of nearly all of them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.testing.simulated.spaces import Numbers, NumberSpace, Shares

Item = TypeVar("Item")
NUMBER = re.compile(r"(?<![A-Za-z_\d.])-?\d+(?:\.\d+)?|(?<![A-Za-z_\d])-?\.\d+")
NAME = "NAME"
N = r"-?\d+(?:\.\d+)?"
PAIR = rf"[\[(]\s*{N}\s*,\s*{N}\s*[\])]"
FOUR = rf"[\[(]\s*{N}(?:\s*,\s*{N}){{3}}\s*[\])]"
LISTS = re.compile(rf"{FOUR}|{PAIR}")
NAMED_NUMBER = re.compile(rf"\b([xy])(?:_min|_max|[0-2])?[\"']?\s*[:=]\s*[\"']?({N})")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A named place: a point's two or a box's four shares of what the model sees."""

    name: str
    shares: Shares

    @property
    def is_box(self) -> bool:
        """Whether it is a box."""
        return len(self.shares) == 4


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """A spot with its numbers as they are written, in the order in which they are."""

    name: str
    numbers: Numbers

    @property
    def is_box(self) -> bool:
        """Whether it is a box."""
        return len(self.numbers) == 4

    @property
    def listed(self) -> str:
        """The numbers with commas between."""
        return ", ".join(self.numbers)


class Writing(ABC):
    """A way of writing places. `kinds`: what it has words for, the first one where nobody asks."""

    kinds: tuple[str, ...]

    @abstractmethod
    def write(self, spots: Sequence[Spot], seen: Size) -> str:
        """The answer that gives these places. All are of one kind, and it has words for that."""

    @abstractmethod
    def read(self, text: str, seen: Size) -> list[Shares]:
        """The places that a question says in these words."""

    def nothing(self, name: str) -> str:
        """What it answers where there is no such thing."""
        return f"There is no {name} in the picture."

    @property
    def is_y_first(self) -> bool:
        """Whether the vertical number comes first."""
        return False

    def rows(self, spots: Sequence[Spot], seen: Size) -> list[Numbered] | None:
        """The numbers alone, x first; None: its places are no numbers."""
        return None


Spelling: TypeAlias = Callable[[Sequence[Numbered]], str]


@final
@dataclass(frozen=True, kw_only=True)
class Spelled(Writing):
    """Numbers of a space in a spelling. `places` finds the pieces of a question that say a place;
    `number` finds the numbers in such a piece. `none` is what it answers where no such thing is,
    with the thing's name for NAME; empty: a sentence.
    """

    kinds: tuple[str, ...]
    space: NumberSpace
    spelling: Spelling
    places: re.Pattern[str] = LISTS
    number: re.Pattern[str] = NUMBER
    puts_y_first: bool = False
    none: str = ""

    @property
    @override
    def is_y_first(self) -> bool:
        return self.puts_y_first

    @override
    def nothing(self, name: str) -> str:
        return self.none.replace(NAME, name) if self.none else super().nothing(name)

    @override
    def write(self, spots: Sequence[Spot], seen: Size) -> str:
        return self.spelling(
            [
                Numbered(name=row.name, numbers=self._ordered(row.numbers))
                for row in self.rows(spots, seen)
            ]
        )

    @override
    def rows(self, spots: Sequence[Spot], seen: Size) -> list[Numbered]:
        return [
            Numbered(name=spot.name, numbers=self.space.numbers(spot.shares, seen))
            for spot in spots
        ]

    @override
    def read(self, text: str, seen: Size) -> list[Shares]:
        found = []
        for piece in self.places.finditer(text):
            numbers = _named(piece.group())
            if not numbers:
                numbers = self._ordered(tuple(map(float, self.number.findall(piece.group()))))
            if len(numbers) in (2, 4):
                found.append(self.space.shares(numbers, seen))
        return found

    def _ordered(self, numbers: tuple[Item, ...]) -> tuple[Item, ...]:
        if not self.is_y_first:
            return numbers
        return tuple(numbers[i ^ 1] for i in range(len(numbers)))


def _named(piece: str) -> tuple[float, ...]:
    """Numbers that stand behind the names of their axes, x first."""
    found = NAMED_NUMBER.findall(piece)
    xs, ys = ([float(number) for axis, number in found if axis == name] for name in "xy")
    if len(xs) != len(ys):
        return ()
    return tuple(number for pair in zip(xs, ys, strict=True) for number in pair)
