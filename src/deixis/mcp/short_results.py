"""Results are short, whatever they hold: a conversation pays for each byte of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from deixis.core import region_json
from deixis.core.region import Region
from deixis.core.untrusted_text import readable

Row: TypeAlias = dict[str, Any]  # Any: what JSON holds
MOST = 2048  # bytes of a whole result, as it is sent
ENVELOPE = 260  # bytes of that which hold the rest
LONGEST_REGION = 240  # bytes of one that is told whole
LONGEST_ERROR = 700  # letters
NOTE = "shortened"
FEWEST = 8  # letters of a text that is still cut


def compact(record: object) -> str:
    """JSON without blanks."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def cost(record: Row) -> int:
    """The bytes of a result that holds a record twice: as text and as values."""
    text = compact(record)
    return len(json.dumps(text, ensure_ascii=False).encode(errors="replace")) + len(
        text.encode(errors="replace")
    )


def fitted(record: Row, most: int = MOST - ENVELOPE) -> Row:
    """A record whose result is not larger: the longest of its values are shortened, and it says
    which. What stands under `note` stays.
    """
    kept, cut = dict(record), dict[str, None]()
    while cost(kept) > most:
        names = [name for name in kept if name not in (NOTE, "note")]
        if not names:
            break
        longest = max(names, key=lambda name: len(compact(kept[name]).encode(errors="replace")))
        shorter = _shorter(kept[longest])
        if shorter == kept[longest]:  # nothing is left of it to be cut
            del kept[longest]
        else:
            kept[longest] = shorter
        cut[longest] = None
        kept[NOTE] = f"{', '.join(cut)}: only the beginning; ask for less at once"
    return kept


def error_text(error: BaseException) -> str:
    """What an error says, readable, and not too long."""
    text = readable(str(error)).strip() or type(error).__name__
    return text if len(text) <= LONGEST_ERROR else f"{text[: LONGEST_ERROR - 1]}…"


def region_row(region: Region) -> Row:
    """A region as a result tells it: of one that takes many numbers (a mask, a long outline), its
    box.
    """
    row = {
        name: _rounded(value)
        for name, value in region_json.to_record(region).items()
        if name not in ("deixis", "source")
    }
    if len(compact(row)) <= LONGEST_REGION:
        return row
    box = [_rounded(edge) for edge in region.box().xyxy]
    words = {name: value for name in ("label", "text") if (value := row.get(name))}
    return {"kind": region.kind, "box": box, **words}


def _rounded(value: object) -> object:
    """Numbers to a hundredth of a pixel; whole ones without a point."""
    if isinstance(value, float):
        near = round(value, 2)
        return int(near) if near.is_integer() else near
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_rounded(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _rounded(one) for name, one in value.items()}
    return value


def _shorter(value: object) -> object:
    """Less of a value: the beginning of a text, a list without its end."""
    if isinstance(value, str):
        return f"{value[: len(value) * 4 // 5].rstrip('…')}…" if len(value) > FEWEST else ""
    if isinstance(value, list) and value:
        return value[: len(value) * 9 // 10] if len(value) > 1 else [_shorter(value[0])]
    if isinstance(value, dict) and value:
        if len(value) > 1:
            return dict(list(value.items())[: len(value) * 9 // 10])
        return {name: _shorter(one) for name, one in value.items() if one}
    return ""
