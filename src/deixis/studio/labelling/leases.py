"""Who is at which picture just now, so that two people need not draw the same one.

A lease is a courtesy that ends by itself: what is saved is kept from being lost by revisions, in
`kept_labels`.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

SECONDS = 60.0  # after its holder was last heard of


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A picture's holder: a session, and the name that its person gave."""

    writer: str
    by: str
    ends: float


@final
class Leases:
    """The leases of a folder's pictures, by their keys."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._leases: dict[str, Lease] = {}

    def take(self, key: str, *, writer: str, by: str) -> Lease | None:
        """The writer is at this picture, and at no other; None unless somebody else is there, who
        stays its holder.
        """
        with self._lock:
            now = self._clock()
            self._leases = {
                other: lease
                for other, lease in self._leases.items()
                if lease.ends > now and lease.writer != writer
            }
            held = self._leases.get(key)
            if held is None:
                self._leases[key] = Lease(writer=writer, by=by, ends=now + SECONDS)
            return held

    def of_others(self, writer: str) -> dict[str, str]:
        """The pictures that others are at, and the others' names."""
        with self._lock:
            now = self._clock()
            return {
                key: lease.by
                for key, lease in self._leases.items()
                if lease.ends > now and lease.writer != writer
            }

    def leave(self, writer: str) -> None:
        """The writer is at no picture any more."""
        with self._lock:
            self._leases = {
                key: lease for key, lease in self._leases.items() if lease.writer != writer
            }
