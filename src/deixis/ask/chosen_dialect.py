"""Which dialect a model is spoken to in: as a user says, else by its contract, else its own."""

from dataclasses import dataclass
from typing import final

from deixis.coordinates import Dialect
from deixis.coordinates.contract import Contract, built
from deixis.coordinates.unknown import UnknownDialect
from deixis.core import given
from deixis.models.interface import VisionLanguageModel


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenDialect:
    """The dialect, its name, and the contract by which it was chosen. Without a name it is not
    known how the model counts places; without a contract a user or the model's family told it.
    """

    dialect: Dialect
    name: str | None
    contract: Contract | None


def chosen_dialect(
    model: VisionLanguageModel, name: str | None, told: Contract | None
) -> ChosenDialect:
    """A dialect that a user names goes before a contract that is told, and that before the model's
    own. A named dialect keeps the told contract's resize: both were said.
    """
    given.text_or_none("dialect", name)
    match = model.contract
    row = None if match is None else match.contract
    if told is not None and (name or row is not told or not told.dialect):
        return _under(model, name or told.dialect or None, told)
    if name is None or name == model.dialect:
        is_by_row = row is not None and row.dialect in (model.dialect, "")
        return ChosenDialect(
            dialect=model.own_dialect(), name=model.dialect, contract=row if is_by_row else None
        )
    return ChosenDialect(dialect=built(name, settings={}), name=name, contract=None)


def _under(model: VisionLanguageModel, name: str | None, told: Contract) -> ChosenDialect:
    if name is None:
        unknown = UnknownDialect(asked=model.name, note=told.note)
        return ChosenDialect(dialect=unknown, name=None, contract=told)
    settings = told.settings if name == told.dialect else {}
    spoken = built(name, settings=settings, resize=told.resize)
    return ChosenDialect(dialect=spoken, name=name, contract=told)
