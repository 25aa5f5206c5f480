"""How places are said to a model and read from it: by its contract, or as its kind does."""

from abc import ABC
from collections.abc import Mapping
from typing import TypeVar

from deixis.coordinates import Dialect
from deixis.coordinates.contract import Contract, built
from deixis.coordinates.contracts import Match
from deixis.coordinates.unknown import UnknownDialect

Told = TypeVar("Told", bound="PointedTo")


class PointedTo(ABC):
    """A model to which places are pointed out. `dialect` is how it counts them; None where that is
    not known.
    """

    name: str
    dialect: str | None

    @property
    def dialect_settings(self) -> Mapping[str, object]:
        """What its coordinates depend on (Qwen2.5-VL: the pixels that its processor allows)."""
        return {}

    @property
    def contract(self) -> Match | None:
        """The contract that is about it, and why; None: nothing is known of it."""
        return None

    def own_dialect(self) -> Dialect:
        """Places are said to it and read from it in this. Where it is not known how it counts them,
        saying one is a UsageError, and reading leaves every one unread.
        """
        if self.dialect is None:
            return UnknownDialect(asked=self.name)
        return built(self.dialect, settings=self.dialect_settings)

    def under(self: Told, contract: Contract) -> Told:
        """The same, of which a user tells the contract. A model that has no use for one stays as it
        is: whoever asks it then says places by the contract.
        """
        return self
