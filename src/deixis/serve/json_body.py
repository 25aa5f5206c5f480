"""A request's bytes become the object that they hold."""

import json
from typing import Any

from deixis.core.untrusted_text import shown
from deixis.serve.api_error import ApiError
from deixis.serve.shapes import Json

MOST_VALUES = 1_000_000  # in a request: a few bytes of JSON can become a hundred in memory


def read_json(data: bytes) -> Json:
    """The object that a request holds."""
    is_long = len(data) > MOST_VALUES
    if is_long and sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise ApiError(400, f"a request has at most {MOST_VALUES} values here", code="too_large")
    try:
        found = json.loads(data.decode(), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise ApiError(400, "the request is no UTF-8", code="invalid_json") from None
    except (ValueError, RecursionError) as broken:
        told = "it is nested too deeply" if isinstance(broken, RecursionError) else str(broken)
        raise ApiError(400, f"the request is no JSON: {told}", code="invalid_json") from None
    if not isinstance(found, dict):
        raise ApiError(400, f"a request is an object of JSON, got {shown(found)}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> Json:
    """An object in which no key stands twice: another reader could take the other one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found
