"""A door of what is public: a function, a right call of it, and what messages call its values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

Make = Callable[[], Any]  # Any: of whatever type the argument is
CALLS = Path(__file__)  # where a traceback ends if Python refused a signature


@final
@dataclass(frozen=True, kw_only=True)
class Door:
    """A function or a method, and a call of it that is right."""

    name: str
    function: Callable[..., object]
    good: Mapping[str, Make]  # in their order; those of `by_place` come first
    by_place: int = 0
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what messages call them

    def call(self, arguments: Mapping[str, Any]) -> object:
        """Call it, and take what comes to its end."""
        values = list(arguments.items())
        placed = [value for _, value in values[: self.by_place]]
        found = self.function(*placed, **dict(values[self.by_place :]))
        if hasattr(found, "__next__"):
            return list(found)
        return found


def door(
    name: str,
    function: Callable[..., object],
    /,
    *,
    by_place: int = 0,
    words: Mapping[str, tuple[str, ...]] | None = None,
    **good: Make,
) -> Door:
    """A row of the table."""
    return Door(name=name, function=function, good=good, by_place=by_place, words=words or {})
