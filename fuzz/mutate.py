"""Changing an input a little: as bytes, as JSON, or as text with a piece many times over."""

import json
from typing import Any, TypeAlias

import numpy as np

from fuzz import hostile

Place: TypeAlias = tuple[Any, Any]  # Any: a list or an object of JSON, and where in it
LONGEST = 1 << 19  # bytes of an input
MOST_PLACES = 4000  # of a JSON value that are looked at


def bytes_mutant(data: bytes, generator: np.random.Generator) -> bytes:
    """The same bytes with some cut, flipped, doubled, put elsewhere or overwritten."""
    start, stop = sorted(int(place) for place in generator.integers(0, len(data) + 1, 2))
    stop = min(stop, start + hostile.many(generator, 64))
    piece = data[start:stop]
    match int(generator.integers(7)):
        case 0:
            return data[:start] + data[stop:]
        case 1:
            return data[:start] + piece * hostile.many(generator, 200) + data[stop:]
        case 2:
            noise = generator.integers(0, 256, len(piece), dtype=np.uint8).tobytes()
            return data[:start] + noise + data[stop:]
        case 3:
            flipped = bytes(byte ^ (1 << int(generator.integers(8))) for byte in piece[:4])
            return data[:start] + flipped + data[start + len(flipped) :]
        case 4:
            said = hostile.word(generator).encode("utf-8", "surrogatepass")
            return data[:start] + said + data[start:]
        case 5:
            width = int(generator.choice([1, 2, 4, 8]))
            whole = int(generator.choice([0, 1, 2**31 - 1, 2**31, 2**32 - 1, 255])) % 256**width
            return data[:start] + whole.to_bytes(width, "big") + data[start + width :]
    return data[:start]


def json_mutant(data: bytes, generator: np.random.Generator) -> bytes:
    """The same JSON with one value replaced, dropped, doubled, nested or grown; bytes that are no
    JSON are changed as bytes.
    """
    try:
        root = [json.loads(data)]
    except (ValueError, RecursionError):
        return bytes_mutant(data, generator)
    places = _places(root)
    held, at = places[int(generator.integers(len(places)))]
    _change(held, at, generator)
    try:
        said = json.dumps(root[0] if root else None)
    except (ValueError, RecursionError):
        return data
    if generator.random() < 0.05:
        deep = int(generator.choice(hostile.DEEP))
        said = said.replace("null", "[" * deep + "]" * deep, 1)
    return said.encode()[:LONGEST]


def _places(root: list[Any]) -> list[Place]:
    places: list[Place] = []
    left: list[Any] = [root]
    while left and len(places) < MOST_PLACES:
        held = left.pop()
        keys = range(len(held)) if isinstance(held, list) else list(held)
        for key in keys:
            places.append((held, key))
            if isinstance(held[key], list | dict):
                left.append(held[key])
    return places


def _change(held: Any, at: Any, generator: np.random.Generator) -> None:
    """Change the value at one place."""
    value = held[at]
    match int(generator.integers(8)):
        case 0:
            del held[at]
        case 1:
            held[at] = hostile.word(generator)
        case 2:
            others = (None, True, False, [], {}, [[]], {"a": 1})
            held[at] = others[int(generator.integers(len(others)))]
        case 3 if isinstance(value, list) and value:
            times = hostile.many(generator, max(2, 20_000 // len(value)))
            held[at] = value * times
        case 4 if isinstance(held, dict):
            held[hostile.word(generator)] = value
        case 5 if isinstance(value, int | float) and not isinstance(value, bool):
            scale = float(generator.choice([-1.0, 0.5, 2.0, 10.0, 1e3, 1e6]))
            try:
                held[at] = type(value)(value * scale)
            except (OverflowError, ValueError):
                held[at] = 0
        case 6 if isinstance(value, str):
            broken = bytes_mutant(value.encode("utf-8", "surrogatepass"), generator)
            held[at] = broken.decode("utf-8", "replace")
        case _:
            held[at] = hostile.number(generator)


def text_of(data: bytes) -> str:
    """The text that was written with half characters and all; what is cut off is replaced."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def text_mutant(data: bytes, generator: np.random.Generator) -> bytes:
    """The same text with one piece of it, or a word, many times over."""
    text = text_of(data)
    start, stop = sorted(int(place) for place in generator.integers(0, len(text) + 1, 2))
    if generator.random() < 0.4:
        stop = min(len(text), start + int(generator.integers(1, 12)))
    piece = text[start:stop]
    if generator.random() < 0.3:
        piece += hostile.word(generator)
    if generator.random() < 0.3:
        digits = str(int(generator.integers(0, 1100)))
        piece = "".join(digits if letter.isdigit() else letter for letter in piece)
    times = 1 if generator.random() < 0.5 else hostile.many(generator, LONGEST // (len(piece) + 1))
    grown = text[:start] + piece * times + text[start if generator.random() < 0.5 else stop :]
    return grown[:LONGEST].encode("utf-8", "surrogatepass")[:LONGEST]
