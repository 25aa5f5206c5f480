"""Answers cut off at the token limit, at each place; prints what was invented as JSON.

    python -m tests.coordinates.prefixes STEP LONGEST NTH

A region of a cut answer that the whole does not give is invented. Left out are dialects whose
tokens have no end (see `ENDLESS`), answers of more than LONGEST letters, and all rows but each NTH.
"""

import json
import sys
from typing import Any

from tests.coordinates.mutations import rows

ENDLESS = {
    "florence2": "a box may be half of a quadrangle, and no token says so",
    "paligemma": "two tokens are a point, or half of a box",
}
FIRST = 5


def main(step: int, longest: int, nth: int) -> None:
    counts: dict[str, int] = {}
    told: dict[str, list[Any]] = {}
    for row in rows()[::nth]:
        if row.dialect in ENDLESS or len(row.answer) > longest:
            continue
        dialect = row.reader()
        whole = {region.shape for region in dialect.read(row.answer, row.size).regions}
        for end in range(0, len(row.answer), step):
            found = {r.shape for r in dialect.read(row.answer[:end], row.size).regions}
            if not found <= whole:
                counts[row.dialect] = counts.get(row.dialect, 0) + 1
                case = {"cut": row.answer[:end], "whole": row.answer}
                case["invented"] = repr(found - whole)
                told.setdefault(row.dialect, []).append(case)
    told = {name: cases[:FIRST] for name, cases in told.items()}
    sys.stdout.write(json.dumps({"counts": counts, "told": told}, ensure_ascii=False))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
