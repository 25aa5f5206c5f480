"""Call what is public with values of wrong types; nothing but our own errors may come of it.

    python -m fuzz.wrong_types --calls 10000

Each call is a good one in which one value, or two, are replaced by a hostile one. A finding is an
exception that is none of ours, or a refusal that does not name the argument.
Python's own TypeError for a signature (an unknown keyword, one too many) is its business.
"""

import argparse
import io
import math
import os
import sys
import tempfile
import traceback
import types
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, final

import numpy as np
from PIL import Image as PIL

import deixis as dx
from deixis.core.errors import DeixisError
from fuzz.doors import doors
from fuzz.doors.door import CALLS, Door

EXAMPLES = 3  # of each kind of finding that are told

HOSTILE: tuple[Callable[[], Any], ...] = (  # Any: that is what they are for
    lambda: None,
    lambda: 0,
    lambda: -1,
    lambda: 3,
    lambda: 10**30,
    lambda: 2.5,
    lambda: math.nan,
    lambda: math.inf,
    lambda: True,
    lambda: 1j,
    lambda: "",
    lambda: "red",
    lambda: "a\0b",
    lambda: "\ud800",
    lambda: b"bytes",
    lambda: bytearray(b"bytes"),
    lambda: Path("somewhere"),
    lambda: [],
    lambda: [1, 2],
    lambda: [None, "a"],
    lambda: (1, 2, 3),
    lambda: ((1, 2), (3,)),
    lambda: {},
    lambda: {"a": 1},
    lambda: {1: dx.box(1, 2, 3, 4)},
    lambda: {"size": [3, 4], "counts": "??"},
    lambda: {1, 2},
    object,
    lambda: object,
    lambda: len,
    lambda: (one for one in [1, 2]),
    lambda: iter([dx.box(1, 2, 3, 4)]),
    lambda: range(3),
    lambda: Decimal("1.5"),
    lambda: slice(1),
    lambda: NotImplemented,
    lambda: ...,
    lambda: np.zeros(3),
    lambda: np.zeros((2, 3, 4), dtype=np.complex64),
    lambda: np.array(["a", "b"]),
    lambda: np.array([None, object()], dtype=object),
    lambda: np.zeros((0, 3), dtype=np.uint8),
    lambda: np.array([[True, False]]),
    lambda: np.float32(3),
    lambda: np.array("2020-01-01", dtype="datetime64[D]"),
    lambda: PIL.new("RGB", (5, 4)),
    lambda: dx.box(1, 2, 3, 4),
    lambda: dx.Size(width=3, height=4),
    lambda: dx.open_image(np.zeros((4, 5, 3), dtype=np.uint8)),
    lambda: dx.Style(),
    lambda: types.SimpleNamespace(size=3, shape="x", dtype=None, regions=4),
    lambda: io.StringIO("text"),
    lambda: ValueError("x"),
)


@final
@dataclass
class Told:
    """What was found, by its kind."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    num_refused: int = 0

    def add(self, kind: str, example: str) -> None:
        """One more of a kind."""
        self.counts[kind] += 1
        if len(self.examples.setdefault(kind, [])) < EXAMPLES:
            self.examples[kind].append(example)


def run(num_calls: int, seed: int, only: str = "") -> Told:
    """So many calls, the same for a seed."""
    generator, told = np.random.default_rng(seed), Told()
    open_doors = [door for door in doors() if only in door.name]
    for _ in range(num_calls):
        door = open_doors[int(generator.integers(len(open_doors)))]
        _call(door, generator, told)
    return told


def _call(door: Door, generator: np.random.Generator, told: Told) -> None:
    names = list(door.good)
    count = min(len(names), 1 + int(generator.random() < 0.3))
    replaced = [names[int(at)] for at in generator.choice(len(names), count, replace=False)]
    arguments = {name: make() for name, make in door.good.items()}
    for name in replaced:
        arguments[name] = HOSTILE[int(generator.integers(len(HOSTILE)))]()
    shown = ", ".join(f"{name}={_repr(arguments[name])}" for name in replaced)
    try:
        door.call(arguments)
    except DeixisError as error:
        told.num_refused += 1
        words = str(error)
        if count == 1 and not _names(words, replaced[0], door):
            told.add(f"{door.name}: does not name {replaced[0]}", f"{shown}: {words[:300]}")
    except Exception as error:  # noqa: BLE001  # whatever comes is what is looked for
        if isinstance(error, TypeError) and _is_signature(error):
            return
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        kind = f"{door.name}: {type(error).__name__} at {place}"
        told.add(kind, f"{shown}: {str(error)[:200]}")


def _names(words: str, name: str, door: Door) -> bool:
    """Whether a message speaks of the argument, by its name or by a word for it."""
    spoken = (name, name.replace("_", " "), *door.words.get(name, ()))
    return any(word in words for word in spoken)


def _is_signature(error: TypeError) -> bool:
    """Whether Python itself refused how a function was called: nothing of it ran."""
    frames = traceback.extract_tb(error.__traceback__)
    return Path(frames[-1].filename) in (CALLS, Path(__file__))


def _repr(value: object) -> str:
    with suppress(Exception):
        return f"{value!r:.80}"
    return type(value).__name__


def main() -> int:
    """Call; 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.wrong_types", description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="doors whose name holds this")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        told = run(asked.calls, asked.seed, asked.only)
        os.chdir("/")
    for kind, count in sorted(told.counts.items()):
        print(f"{count:5} {kind}")
        for example in told.examples[kind]:
            print(f"        {example}")
    print(f"{asked.calls} calls, {told.num_refused} refused, {len(told.counts)} kinds of findings")
    return 1 if told.counts else 0


if __name__ == "__main__":
    sys.exit(main())
