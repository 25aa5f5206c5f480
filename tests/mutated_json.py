"""Records of ours, spoilt in their types, keys, numbers, nesting and letters."""

import copy
import json
from random import Random

# written as a word first, since Python's own JSON cannot write them
RAW = {
    "@deep@": "[" * 20_000 + "]" * 20_000,
    "@nested@": '{"a":' * 300 + "1" + "}" * 300,
    "@infinite@": "1e999",
    "@huge@": "1" + "0" * 400,
    "@long@": "9" * 6000,
}
VALUES = (
    *(None, True, False, 0, -1, 1, 1.5, 1e308, 2**31, 2**63, 10**30, float("nan"), *RAW),
    *("", "x", "\ud800", "a\x00b", "../../etc/passwd", "1", "nan"),
    *([], {}, [[]], [{}], {"": None}, [None], ["x"], [1, 2]),
)


def mutant(record, random: Random) -> str:
    """The record as JSON with one to three things wrong in it; now and then it is not JSON."""
    spoilt = copy.deepcopy(record)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        spoilt = _changed(spoilt, random)
    text = json.dumps(spoilt)
    for word, raw in RAW.items():
        text = text.replace(f'"{word}"', raw)
    if random.random() < 0.05:
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(("", '"', "{", "]", "\x00", "e")) + text[at + 1 :]
    return text


def _changed(record, random: Random):
    paths = list(_paths(record))
    *outer, last = random.choice(paths) or (None,)
    if last is None:
        return random.choice(VALUES) if random.random() < 0.2 else record
    parent = _at(record, outer)
    match random.randrange(8):
        case 0:
            del parent[last]
        case 1:
            parent[last] = copy.deepcopy(_at(record, random.choice(paths)))
        case 2:
            parent[last] = [parent[last]]
        case 3 if isinstance(parent, dict):
            parent[random.choice(("unknown", "self", "\ud800", ""))] = random.choice(VALUES)
        case _:
            parent[last] = copy.deepcopy(random.choice(VALUES))
    return record


def _paths(value, path=()):
    yield path
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(min(len(value), 6))
        for key in keys:
            yield from _paths(value[key], (*path, key))


def _at(value, path):
    for key in path:
        value = value[key]
    return value
