"""Answers cut off at the token limit, at each place; prints what was invented as JSON.

    python -m tests.coordinates.prefixes STEP LONGEST NTH

A region of a cut answer that the whole does not give is invented. Left out are dialects whose
tokens have no end (see `ENDLESS`), answers of more than LONGEST letters, and all rows but each NTH.
"""

import json
import sys
from typing import Any

from deixis.coordinates import Dialect
from deixis.core.size import Size
from tests.coordinates.mutations import rows

ENDLESS = {
    "florence2": "a box may be half of a quadrangle, and no token says so",
    "paligemma": "two tokens are a point, or half of a box",
}
FIRST = 5


def beyond(whole: set[Any], dialect: Dialect, text: str, size: Size) -> str:
    """The regions of a text that are not among some, or what it raised."""
    try:
        found = {region.shape for region in dialect.read(text, size).regions}
    except Exception as failure:  # noqa: BLE001  # any exception is a failure
        return repr(failure)
    return repr(found - whole) if found - whole else ""


def main(step: int, longest: int, nth: int) -> None:
    counts: dict[str, int] = {}
    told: dict[str, list[Any]] = {}
    for row in rows()[::nth]:
        if row.dialect in ENDLESS or len(row.answer) > longest:
            continue
        dialect = row.reader()
        whole = {region.shape for region in dialect.read(row.answer, row.size).regions}
        for end in range(0, len(row.answer), step):
            invented = beyond(whole, dialect, row.answer[:end], row.size)
            if invented:
                counts[row.dialect] = counts.get(row.dialect, 0) + 1
                case = {"cut": row.answer[:end], "whole": row.answer, "invented": invented}
                told.setdefault(row.dialect, []).append(case)
    told = {name: cases[:FIRST] for name, cases in told.items()}
    sys.stdout.write(json.dumps({"counts": counts, "told": told}, ensure_ascii=False))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
