"""Words of a command name a dialect: by itself, or by the contract of a model that speaks it."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deixis.coordinates import Dialect


def add_contract(parser: argparse.ArgumentParser) -> None:
    """The argument names what is known of a model, beside --dialect."""
    parser.add_argument(
        "--contract", metavar="NAME|FILE", help="as this model writes, or a model of this contract"
    )


def chosen(arguments: argparse.Namespace) -> "Dialect | None":
    """The dialect that the arguments name, over what the provider does to a picture where a
    contract is named; None where neither is.
    """
    from deixis.coordinates import dialects
    from deixis.coordinates.contract import built
    from deixis.coordinates.contracts import contract_named

    if arguments.contract is None:
        return None if arguments.dialect is None else dialects.get(arguments.dialect)()
    contract = contract_named(arguments.contract)
    if arguments.dialect is None or arguments.dialect == contract.dialect:
        return contract.spoken()
    return built(arguments.dialect, settings={}, resize=contract.resize)
