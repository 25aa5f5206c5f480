"""Sources read notes from files or pictures: whose they are, which are kept, in what order."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import open_file
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size

SHOWN = 3


@final
class PictureNames:
    """A file names its pictures, in its order. A picture is found by the last part of its name, and
    by its folders where several end in the same: it may lie elsewhere by now.
    """

    def __init__(self, file: str, names: Iterable[str]) -> None:
        self.file = file
        self._by_last: dict[str, list[tuple[int, list[str]]]] = defaultdict(list)
        for place, name in enumerate(names):
            parts = _parts(name)
            if parts:
                self._by_last[parts[-1]].append((place, parts))

    def places(self, image: Image) -> list[int]:
        """The picture's name stands here, once or more; UsageError where it does not, or where it
        could be several pictures.
        """
        own = _parts(image.source)
        known = self._by_last.get(own[-1], []) if own else []
        likest = max((_shared(own, parts) for _, parts in known), default=0)
        found = [(place, parts) for place, parts in known if _shared(own, parts) == likest]
        if not found:
            raise UsageError(
                f"{self.file} lists no picture named {own[-1] if own else ''!r} "
                f"(this one came from {image.source!r:.200})"
            )
        names = list(dict.fromkeys("/".join(parts) for _, parts in found))
        if len(names) > 1:
            raise UsageError(
                f"{image.source!r:.200} could be {' or '.join(names[:SHOWN])} of {self.file}; "
                "open it from its folder"
            )
        return [place for place, _ in found]


def check_size(file: str, size: Size, image: Image) -> None:
    """UsageError tells where the file speaks of a picture of another size."""
    if size != image.size:
        raise UsageError(
            f"{file} is about a {size} picture of this name, {image.source!r:.200} is "
            f"{image.size}: its notes lie elsewhere"
        )


def kept(notes: Iterable[Region], least_score: float | None) -> list[Region]:
    """Notes that are less sure are left out; those that have no score stay."""
    cut = least_score or 0.0
    return [note for note in notes if note.score is None or note.score >= cut]


def record_of_file(kind: str, file: Path, least_score: float | None) -> Mapping[str, str]:
    """Notes from a file depend on this."""
    with open_file(file) as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()[:16]
    return {
        "source": f"{kind}:{file}",
        "revision": digest,
        "least_score": f"{least_score or 0.0:g}",
    }


def _parts(name: str) -> list[str]:
    plain = re.split(r"[?#]", name)[0] if "://" in name else name
    return [part for part in re.split(r"[/\\]", plain) if part not in ("", ".")]


def _shared(first: list[str], second: list[str]) -> int:
    """Both have so many parts in common at their ends."""
    count = 0
    for one, other in zip(reversed(first), reversed(second), strict=False):
        if one != other:
            break
        count += 1
    return count


def in_reading_order(lines: Sequence[Region]) -> list[Region]:
    """Lines are read from top to bottom, those side by side from left to right. A line stands
    beside the highest of its row if its middle is above the lower quarter of that.
    """
    rows: list[list[Region]] = []
    bottom = 0.0
    for line in sorted(lines, key=lambda line: _middle(line)[::-1]):
        box = line.box()
        if not rows or _middle(line)[1] > bottom:
            rows.append([])
            bottom = box.y1 - box.height / 4
        rows[-1].append(line)
    return [line for row in rows for line in sorted(row, key=_middle)]


def _middle(line: Region) -> tuple[float, float]:
    box = line.box()
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
