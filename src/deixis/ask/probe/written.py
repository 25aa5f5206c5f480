"""What an answer writes is taken apart without knowing its dialect: groups of numbers, and the form
around them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from deixis.core.answer_text import answered

TokenKind: TypeAlias = Literal["number", "token", "word", "sign"]
LENGTH_LIMIT = 20_000  # letters of an answer that are looked at
PIECE = re.compile(
    r"(?P<token></?\|?[A-Za-z_]{0,40}_?\d{0,6}\|?>)"
    r"|(?P<number>(?<![A-Za-z_])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?!\w))"
    r"|(?P<pixels>(?<![A-Za-z_])\d+(?:\.\d+)?(?=px\b))"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<sign>[^\sA-Za-z_0-9])"
)
DIGITS = re.compile(r"\d+")
LOW = {"x": "x", "x0": "x", "x1": "x", "x_min": "x", "xmin": "x", "left": "x", "cx": "x"}
LOW |= {"y": "y", "y0": "y", "y1": "y", "y_min": "y", "ymin": "y", "top": "y", "cy": "y"}
HIGH = {"x2": "x", "x_max": "x", "xmax": "x", "right": "x"}
HIGH |= {"y2": "y", "y_max": "y", "ymax": "y", "bottom": "y"}
EXTENT = {"w": "w", "width": "w", "h": "h", "height": "h"}
AXES = LOW | HIGH | EXTENT
BETWEEN = frozenset(",;:()[]{}\"'=/|%") | {"px", "pixels"}
OPENING, CLOSING = "([{", ")]}"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenPiece:
    """A piece of a text: a number, a special token, a word, or any other sign."""

    kind: TokenKind
    text: str
    number: float = 0.0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NumberGroup:
    """Two numbers (a point) or four (a box) that stand together. `is_named`: their axes were
    written beside them, and they are in the order x, y, x, y.
    """

    numbers: tuple[float, ...]
    is_named: bool = False

    @property
    def is_box(self) -> bool:
        """Whether there are four."""
        return len(self.numbers) == 4


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """An answer's groups, and the pieces around them."""

    groups: tuple[NumberGroup, ...]
    pieces: tuple[WrittenPiece, ...]


def written(text: str) -> Written:
    """An answer is taken apart; its drafts are left out."""
    pieces = tuple(_pieces(answered(text[:LENGTH_LIMIT]).text))
    groups = tuple(group for run in _runs(pieces) for group in _groups(run))
    return Written(groups=groups, pieces=pieces)


def _pieces(text: str) -> Iterator[WrittenPiece]:
    for found in PIECE.finditer(text):
        kind, piece = found.lastgroup, found.group()
        if kind in ("number", "pixels"):
            yield WrittenPiece(kind="number", text="#", number=float(piece))
        elif kind == "token":
            digits = DIGITS.search(piece)
            name = DIGITS.sub("#", piece)
            yield WrittenPiece(kind="token", text=name, number=float(digits[0]) if digits else 0.0)
        elif kind == "word":
            yield WrittenPiece(kind="word", text=piece)
        else:
            yield WrittenPiece(kind="sign", text=piece)


@final
@dataclass(kw_only=True, slots=True)
class NumberRun:
    """Numbers that stand together: `cuts` are the counts of numbers at which brackets closed."""

    numbers: list[float]
    names: list[str]
    cuts: list[int]


def _runs(pieces: Sequence[WrittenPiece]) -> Iterator[NumberRun]:
    run, name = NumberRun(numbers=[], names=[], cuts=[]), ""
    for piece in pieces:
        is_number = piece.kind == "number" or (piece.kind == "token" and "#" in piece.text)
        if is_number:
            run.numbers.append(piece.number)
            run.names.append(name)
            name = ""
        elif piece.kind == "word" and piece.text.lower() in AXES:
            name = piece.text.lower()
        elif piece.text in BETWEEN:
            if piece.text in CLOSING:
                run.cuts.append(len(run.numbers))
        else:
            yield run
            run, name = NumberRun(numbers=[], names=[], cuts=[]), ""
    yield run


def _groups(run: NumberRun) -> Iterator[NumberGroup]:
    """A run is cut where its brackets close, if that gives lists of two or four."""
    if len(run.numbers) < 2:
        return
    if all(run.names):
        yield from _named(run)
        return
    ends = sorted({cut for cut in run.cuts if cut} | {len(run.numbers)})
    lengths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    if set(lengths) == {2} and len(lengths) == 2:  # corners of one box
        lengths = [4]
    if not set(lengths) <= {2, 4}:
        count = len(run.numbers)
        lengths = [4] * (count // 4) if count % 4 == 0 else [2] * (count == 2)
    start = 0
    for length in lengths:
        yield _group(run.numbers[start : start + length])
        start += length


def _group(numbers: Sequence[float]) -> NumberGroup:
    """A box without extent is how some dialects say a point."""
    is_point = len(numbers) == 4 and tuple(numbers[:2]) == tuple(numbers[2:])
    return NumberGroup(numbers=tuple(numbers[:2] if is_point else numbers))


def _named(run: NumberRun) -> Iterator[NumberGroup]:
    """Numbers with names of axes are brought in the order x, y, x, y."""
    found: dict[str, list[float]] = {"x": [], "y": [], "w": [], "h": []}
    for name, number in zip(run.names, run.numbers, strict=True):
        found[AXES[name]].append(number)
    xs, ys = found["x"], found["y"]
    if len(xs) == len(ys) == 1 and len(found["w"]) == len(found["h"]) == 1:
        xs, ys = [xs[0], xs[0] + found["w"][0]], [ys[0], ys[0] + found["h"][0]]
    if len(xs) != len(ys) or len(xs) not in (1, 2):
        return
    numbers = tuple(number for pair in zip(xs, ys, strict=True) for number in pair)
    yield NumberGroup(numbers=numbers, is_named=True)
