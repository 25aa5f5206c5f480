"""Where the parts' pictures come from: no files, but which drawings may be said in their place."""

from pathlib import Path

from deixis.core.errors import UsageError
from deixis_lab.things.art import SMALL, WHOLE


def art_of(data: Path | None) -> str:
    """The small art, unless the data is said to be `whole`."""
    if data is None:
        return SMALL
    if str(data) not in (SMALL, WHOLE):
        raise UsageError(
            f"scenes draw their own pictures: leave the data out, or say {SMALL} or {WHOLE} for "
            f"which drawings, got {data}"
        )
    return str(data)
