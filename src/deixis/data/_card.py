"""What a data set is and what may be done with it."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A data set's card. `form` says which files are read; `licence` is what its makers say."""

    title: str
    origin: str
    licence: str
    pictures: str
    size: str
    holds: str
    form: str
    note: str = ""
