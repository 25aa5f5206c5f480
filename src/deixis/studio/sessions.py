"""Whose browser it is: a link opens one session and dies, a key opens one each time.

A session has two secrets. The cookie's comes with every request; the token's only from a script of
our own pages, which keeps it where pages of no other address or port can read it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from deixis.serve.access import PREFIX, Access, Account
from deixis.serve.api_error import ApiError

MOST_SESSIONS, MOST_LINKS = 256, 64
NUM_BYTES = 32  # of a secret


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class StudioSession:
    """One browser of one person; `account` counts what they use."""

    cookie: str
    token: str
    account: Account

    @property
    def person(self) -> str:
        """Their name; empty for whoever opened the link."""
        return self.account.name


@final
class Sessions:
    """All sessions of a studio, which end with it. `access` knows the keys, where there are any."""

    def __init__(self, access: Access | None = None) -> None:
        self._access = access
        self._anybody = Access(None).account(None)
        self._links: list[bytes] = []
        self._sessions: dict[bytes, StudioSession] = {}

    def new_link(self) -> str:
        """The secret of a link, which opens one session."""
        link = secrets.token_urlsafe(NUM_BYTES)
        self.add_link(link)
        return link

    def add_link(self, secret: str) -> None:
        """The secret of a link that was made already."""
        self._links = [*self._links[1 - MOST_LINKS :], _digest(secret)]

    def open(self, told: str) -> StudioSession:
        """A session for a link that nobody used, or for a key; ApiError for anything else."""
        if self._access is not None and told.startswith(PREFIX):
            return self._new(self._access.account(f"Bearer {told}"))
        digest = _digest(told)
        for link in self._links:
            if hmac.compare_digest(link, digest):
                self._links.remove(link)
                return self._new(self._anybody)
        told = "this link opens nothing, or was used: each opens one window; start again"
        raise ApiError(403, told, code="used_link")

    def of(self, cookies: Mapping[str, str], name: str, token: str | None = None) -> StudioSession:
        """The session of a request; ApiError where there is none. With a `token`, it has to be that
        session's.
        """
        session = self._sessions.get(_digest(cookies.get(name, "")))
        if session is None:
            told = "this window belongs to no session: open the link that the command printed"
            raise ApiError(401, told, code="no_session")
        if token is not None and not hmac.compare_digest(_digest(token), _digest(session.token)):
            told = "this request comes from no page of this studio"
            raise ApiError(403, told, code="no_token")
        return session

    def _new(self, account: Account) -> StudioSession:
        cookie, token = secrets.token_urlsafe(NUM_BYTES), secrets.token_urlsafe(NUM_BYTES)
        session = StudioSession(cookie=cookie, token=token, account=account)
        while len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[_digest(cookie)] = session
        return session


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
