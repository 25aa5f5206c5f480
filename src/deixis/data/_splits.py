"""The parts that data sets are published in."""

from collections.abc import Iterable

from deixis.core.errors import UnknownNameError

MOST, LONGEST = 40, 60  # names that are told, and their letters: a file may call rows anything


def split_of(row: object) -> str | None:
    """The part that a row says it is of."""
    named = row.get("split") if isinstance(row, dict) else None
    return named if isinstance(named, str) else None


def check_split(split: str, known: Iterable[object]) -> None:
    """Refuse a part that a data set does not have."""
    names = {str(name) for name in known if name is not None}
    if split not in names:
        short = sorted(name for name in names if len(name) <= LONGEST)[:MOST]
        raise UnknownNameError(kind="split of this data set", name=split, known=short)
