"""Which encodings a checkpoint follows, as a file beside its weights tells: `taught.json`.

    {"deixis": "taught/1", "right": {"drawn": 94.0, "cropped": 0.0}, "measured": "how, and on what"}

`right` is per cent of questions about a region that reached the model so. What is asked in a way
that it does not follow is answered all the same, and wrong; so that is logged, once.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import final

from deixis.ask.composer import Asking
from deixis.core.errors import UsageError
from deixis.core.files import read_text
from deixis.core.json_lines import parse
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown
from deixis.encodings import Encoding
from deixis.models.load_by_name import SHIPPED, shipped_folder

FILE, VERSION = "taught.json", "taught/1"
POOR = 20.0  # per cent right; a guess among things of a picture is better
logger = logging.getLogger(__name__)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Taught:
    """How well each encoding is followed, in per cent, and how that was measured."""

    right: Mapping[str, float]
    measured: str = ""


@cache
def taught(name: str) -> Taught | None:
    """What is told of the model of that name; None: nothing."""
    path = (shipped_folder() if name == SHIPPED else Path(name).expanduser()) / FILE
    if not path.is_file():
        return None
    try:
        told = object_of(parse(read_text(path)), name="a record")
        if (version := told.pop("deixis", None)) != VERSION:
            raise UsageError(f"this Deixis reads {VERSION}, got {shown(version)}")
        return read_as(Taught, told, name=FILE)
    except (OSError, ValueError, UsageError) as broken:
        raise UsageError(f"{path} does not tell what the model was taught: {broken}") from None


def tell_of_untaught(name: str, askings: Sequence[Asking]) -> None:
    """Log which ways of these questions the model of that name does not follow."""
    known = taught(name)
    if known is None:
        return
    ways = {_way(one) for asking in askings for one in asking.regions.values()}
    for way in sorted(ways):
        if known.right.get(way, POOR) < POOR:
            _warn(name, way)


def _way(pointed: object) -> str:
    return type(pointed).__name__.lower() if isinstance(pointed, Encoding) else "said"


@cache  # once is enough
def _warn(name: str, way: str) -> None:
    known = taught(name)
    if known is None:
        return
    right = known.right
    good = sorted((one for one in right if right[one] >= POOR), key=lambda one: -right[one])
    logger.warning(
        "%s does not follow what is %s: it is right in %.0f %%; it follows %s (%s)",
        name,
        way,
        right[way],
        " and ".join(f"{one} ({right[one]:.0f} %)" for one in good) or "none",
        known.measured,
    )
