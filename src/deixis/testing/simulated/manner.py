"""How a simulated model errs, and what it heeds."""

from collections.abc import Set
from dataclasses import dataclass, fields
from typing import final

from deixis.core.errors import UnknownNameError, UsageError
from deixis.testing.simulated.pointing import ALL
from deixis.testing.simulated.providers import Provider

SHARES = ("error", "wrong", "refused", "misled")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How a simulated model errs; by default it does not.

    - `error`: the standard deviation of a place, as a share of each side of the picture that it
      sees: of a crop it is less in pixels.
    - `wrong`: the share of questions that it answers about another thing of the picture.
    - `refused`: the share that it refuses.
    - `misled`: the share of crops in which it answers about another thing, or a place by lot.
    - `follows`: the ways of pointing that it heeds: "said", "cropped", "dimmed", "blurred",
      "masked", "tagged", and the shapes of marks. Pointed at otherwise, it names things by lot.
    - `is_noise`: its numbers are drawn by lot, and what it names too.
    - `mixes`: another kind, in whose writing and space it gives half of its answers.
    - `provider`: a resize that is not its kind's.
    - `looks`: whether it looks at what is shown. One that does not answers questions from memory,
      in a crop without the thing too, and makes the places up.
    - `makes_up_places`: it looks, but the places that it gives have nothing to do with that.
    """

    error: float = 0.0
    wrong: float = 0.0
    refused: float = 0.0
    misled: float = 0.0
    follows: Set[str] = ALL
    is_noise: bool = False
    mixes: str = ""
    provider: Provider | None = None
    looks: bool = True
    makes_up_places: bool = False

    def __post_init__(self) -> None:
        for name in SHARES:
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise UsageError(f"a manner's {name} is a share of 0..1, got {value}")
        object.__setattr__(self, "follows", frozenset(self.follows))
        for name in sorted(self.follows - ALL):
            raise UnknownNameError(kind="way of pointing", name=name, known=sorted(ALL))

    @property
    def record(self) -> dict[str, str]:
        """The settings that are not the default, as words."""
        plain = {one.name: one.default for one in fields(self)}
        told = {name: getattr(self, name) for name in plain}
        return {
            name: " ".join(sorted(value)) if name == "follows" else str(value)
            for name, value in told.items()
            if value != plain[name]
        }
