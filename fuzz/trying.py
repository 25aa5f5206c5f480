"""What several targets do with what they read."""

from typing import Any

from deixis.core.errors import DeixisError
from deixis.core.size import Size


def size_of(record: dict[str, Any]) -> Size:  # Any: JSON
    """The size that the record names; ValueError where it names none that a picture could have."""
    width, height = (int(side) for side in record["size"])
    if not (0 < width <= 10**6 and 0 < height <= 10**6):
        raise ValueError("no size")
    return Size(width=width, height=height)


def tried(function: Any, *values: Any) -> Any:  # Any: whatever is tried
    """What it gives; None where Deixis refuses."""
    try:
        return function(*values)
    except DeixisError:
        return None
