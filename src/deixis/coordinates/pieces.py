"""TextPieces of a text, by where they start and end."""

from bisect import bisect_right
from typing import final


@final
class TextPieces:
    """TextPieces of a text are kept; `gaps` tells what of a piece none of them covers."""

    def __init__(self) -> None:
        self._added: list[tuple[int, int]] = []
        self._joined: list[tuple[int, int]] | None = None

    def add(self, start: int, end: int) -> None:
        """A piece is kept."""
        if end > start:
            self._added.append((start, end))
            self._joined = None

    def clear(self) -> None:
        """None is kept."""
        self._added.clear()
        self._joined = None

    def gaps(self, start: int, end: int) -> list[tuple[int, int]]:
        """These pieces between start and end are not covered."""
        joined = self._all()
        found: list[tuple[int, int]] = []
        at = start
        i = max(bisect_right(joined, (start, start)) - 1, 0)
        while i < len(joined) and joined[i][0] < end:
            if joined[i][1] > at:
                if joined[i][0] > at:
                    found.append((at, joined[i][0]))
                at = max(at, joined[i][1])
            i += 1
        if at < end:
            found.append((at, end))
        return found

    def _all(self) -> list[tuple[int, int]]:
        if self._joined is None:
            joined: list[tuple[int, int]] = []
            for start, end in sorted(self._added):
                if joined and start <= joined[-1][1]:
                    joined[-1] = (joined[-1][0], max(joined[-1][1], end))
                else:
                    joined.append((start, end))
            self._joined = joined
        return self._joined
