"""Over HTTP a request is let in where its Host and Origin are ours, and its key is known."""

import ipaddress
from collections.abc import Iterable
from typing import final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from deixis.mcp.server import ACCOUNT
from deixis.serve.access import Access, Account
from deixis.serve.api_error import ApiError
from deixis.serve.settings import LOOPBACK, ServerSettings


@final
class GuardedHttp:
    """An application behind these checks.

    A page of a foreign host that a browser shows could reach a server of this machine under a name
    that its own DNS points here. Such a name is in Host, and the page's own in Origin: both must be
    names of this server. Where it can be reached from elsewhere, its numeric addresses are, too.
    """

    def __init__(
        self, app: ASGIApp, access: Access, settings: ServerSettings, hosts: Iterable[str] = ()
    ) -> None:
        self._app, self._access = app, access
        self._names = {name.lower() for name in (*LOOPBACK, settings.host, *hosts)}
        self._takes_numbers = not settings.is_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the application's start and end."""
        if scope["type"] == "http":
            try:
                scope[ACCOUNT] = self._let_in(scope["method"], Headers(scope=scope))
            except ApiError as error:
                refusal = Response(
                    error.body(), error.status, error.headers, media_type="application/json"
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _let_in(self, method: str, headers: Headers) -> Account:
        """Whose request it is; ApiError where it is refused."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_own(f"//{hosts[0]}"):
            raise ApiError(403, "the Host of this request is no name of this server; see --allow")
        if not all(self._is_own(origin) for origin in origins):
            raise ApiError(403, "the Origin of this request is foreign; see --allow")
        account = self._access.account(headers.get("authorization"))
        if method == "POST":
            account.use("requests", 1)
        return account

    def _is_own(self, address: str) -> bool:
        try:
            name = urlsplit(address).hostname or ""
        except ValueError:
            return False
        if name in self._names:
            return True
        return self._takes_numbers and _is_number(name)


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
