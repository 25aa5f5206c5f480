"""Answers that come in pieces, each compared with the whole; prints what differs as JSON.

    python -m tests.coordinates.streams STEP LONGEST NUM NTH

Each answer of at most LONGEST letters comes in two pieces, parted at each STEP-th place, letter by
letter, and in random pieces: each NTH of the corpus and of what the dialects say, and NUM
mutations.
"""

import json
import random
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from deixis.coordinates import Dialect
from deixis.core.size import Size
from tests.coordinates.mutations import Row, mutated, rows

SEED = 19
MOST_SPLITS = 2_000  # of one text; only a mask of 14,478 letters has more
FIRST = 5  # differences that are told for each dialect


def in_pieces(dialect: Dialect, pieces: Iterable[str], size: Size) -> dict[str, Any]:
    """What a reader gives in the end, and what its events come to when taken one after another."""
    reader, events = dialect.reader(size), []
    for piece in pieces:
        events += reader.feed(piece)
    events += reader.end()
    return {"reading": reader.reading(), "kept": kept(events)}


def kept(events: Iterable[Any]) -> list[Any]:
    """Places and unreads that came and were not taken back; a withdrawal says up to where."""
    found: list[Any] = []
    for event in events:
        if type(event).__name__ == "Withdrawn":
            found = [part for part in found if part.end > event.end]
        else:
            found.append(event)
    return sorted(found, key=lambda part: (part.start, part.end, repr(part)))


def whole(dialect: Dialect, text: str, size: Size) -> dict[str, Any]:
    reading = dialect.read(text, size)
    parts = (*reading.places, *reading.unread)
    return {
        "reading": reading,
        "kept": sorted(parts, key=lambda part: (part.start, part.end, repr(part))),
    }


def ways(text: str, step: int, source: random.Random) -> Iterator[list[str]]:
    yield list(text)
    for at in range(0, len(text) + 1, max(step, len(text) // MOST_SPLITS)):
        yield [text[:at], text[at:]]
    for _ in range(3):
        cuts = sorted(source.randrange(len(text) + 1) for _ in range(6))
        yield [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def differences(row: Row, text: str, step: int) -> Iterator[dict[str, Any]]:
    source = random.Random(f"{SEED} {text}")
    dialect = row.reader()
    wanted = whole(dialect, text, row.size)
    for pieces in ways(text, step, source):
        found = in_pieces(dialect, pieces, row.size)
        for what in ("reading", "kept"):
            if found[what] != wanted[what]:
                told = {"pieces": pieces, "what": what}
                yield told | {"streamed": repr(found[what]), "whole": repr(wanted[what])}


def texts(longest: int, num_mutated: int, nth: int) -> Iterator[tuple[Row, str]]:
    found = rows()
    for row in found[::nth]:
        yield row, row.answer
    for at in range(num_mutated):
        row, text, name = mutated(found, at)
        yield (
            (
                row
                if name == row.dialect
                else Row(dialect=name, answer=text, size=row.size, settings={})
            ),
            text[:longest],
        )


def main(step: int, longest: int, num_mutated: int, nth: int) -> None:
    told: dict[str, list[Any]] = {}
    counts: dict[str, int] = {}
    for row, text in texts(longest, num_mutated, nth):
        if len(text) > longest:
            continue
        for difference in differences(row, text, step):
            counts[row.dialect] = counts.get(row.dialect, 0) + 1
            told.setdefault(row.dialect, [])
            if len(told[row.dialect]) < FIRST:
                told[row.dialect].append(difference)
    sys.stdout.write(json.dumps({"counts": counts, "told": told}, ensure_ascii=False))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
