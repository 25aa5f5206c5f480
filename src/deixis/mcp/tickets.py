"""A person points in their own time, and clients cut calls at a minute: so an agent gets a ticket
at once, and comes for what was drawn later.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, final, runtime_checkable

from deixis.core.errors import DeixisError, UsageError
from deixis.core.region import Region
from deixis.core.untrusted_text import shown

KEPT_SECONDS = 24 * 3600.0  # that a ticket holds
MOST_TICKETS = 64  # kept at a time
MOST_WAITING = 8  # pickers open at a time
LONGEST_WAIT = 40.0  # seconds that a call waits; clients cut calls at 60


@runtime_checkable
class Picker(Protocol):
    """What shows a picture to a person and gives back what they drew on it."""

    def pick(self, picture: Path, what: str) -> Mapping[str, Region] | None:
        """The regions by their names, once the person is done; None where they left. `what` is
        what the agent asks for, in its words.
        """
        ...


@final
@dataclass(kw_only=True)
class Ticket:
    """One picture that a person is asked to point in."""

    began: float
    done: threading.Event = field(default_factory=threading.Event)
    regions: Mapping[str, Region] | None = None
    error: str = ""


@final
class Tickets:
    """The tickets of a server, each with a name that nobody guesses."""

    def __init__(self, picker: Picker, clock: Callable[[], float] = time.monotonic) -> None:
        self._picker, self._clock = picker, clock
        self._tickets: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def open(self, picture: Path, what: str = "") -> str:
        """The picker is opened, and the name of its ticket comes back at once."""
        with self._lock:
            self._forget()
            waiting = sum(not one.done.is_set() for one in self._tickets.values())
            if waiting >= MOST_WAITING:
                raise UsageError(
                    f"{waiting} pictures wait for a person already; ask for their results first"
                )
            name, ticket = secrets.token_urlsafe(9), Ticket(began=self._clock())
            self._tickets[name] = ticket
        threading.Thread(target=self._pick, args=(ticket, picture, what), daemon=True).start()
        return name

    def result(self, name: str, seconds: float = 0.0) -> Ticket:
        """A ticket, after so many seconds at most; UsageError where none has that name."""
        with self._lock:
            self._forget()
            ticket = self._tickets.get(name)
        if ticket is None:
            raise UsageError(f"there is no ticket {shown(name)}: call point again")
        ticket.done.wait(min(max(seconds, 0.0), LONGEST_WAIT))
        return ticket

    def _pick(self, ticket: Ticket, picture: Path, what: str) -> None:
        try:
            ticket.regions = self._picker.pick(picture, what)
        except DeixisError as error:
            ticket.error = str(error)
        except Exception as error:
            ticket.error = f"the picker failed ({type(error).__name__})"
            raise
        finally:
            ticket.done.set()

    def _forget(self) -> None:
        """Old tickets are let go, and the oldest that are done where there are too many."""
        until = self._clock() - KEPT_SECONDS
        for name in [name for name, one in self._tickets.items() if one.began < until]:
            del self._tickets[name]
        done = [name for name, one in self._tickets.items() if one.done.is_set()]
        for name in done[: max(len(self._tickets) - MOST_TICKETS + 1, 0)]:
            del self._tickets[name]
