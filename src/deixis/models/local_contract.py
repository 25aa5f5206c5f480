"""A checkpoint's contract: by the name that was asked for, or by where its files come from.

A class of transformers says how a model is built, not how it points: UI-TARS is a Qwen2-VL, and
speaks its own way.
"""

from functools import cache
from pathlib import Path
from typing import Any

from deixis.coordinates.contracts import Match, contract_of
from deixis.core.files import read_bytes
from deixis.core.json_lines import parse

CONFIG = "config.json"
LARGEST_CONFIG = 1 << 22  # bytes
ORIGIN = "_name_or_path"  # what transformers wrote down of it, in some versions


def contract_of_checkpoint(name: str, config: Any) -> Match | None:  # Any: transformers' own class
    """The row that is about a checkpoint of this name, or about the place that its configuration
    was loaded from, or about the one that its file names.
    """
    place = getattr(config, ORIGIN, None)
    return _contract(name, place if isinstance(place, str) else "")


@cache
def _contract(name: str, place: str) -> Match | None:
    for known_as in dict.fromkeys((name, place, _origin(place))):
        match = contract_of(known_as)
        if match is not None:
            return match
    return None


def _origin(place: str) -> str:
    """What the configuration in that folder says that it was made from; empty where it does not."""
    try:
        told = parse(read_bytes(Path(place) / CONFIG, most=LARGEST_CONFIG)) if place else None
    except (OSError, ValueError):
        return ""
    origin = told.get(ORIGIN) if isinstance(told, dict) else None
    return origin if isinstance(origin, str) else ""
