"""Over HTTP a request is let in where its Host and Origin are ours, and its key is known."""

from collections.abc import Iterable
from typing import final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from deixis.mcp.server import ACCOUNT
from deixis.serve.access import Access, Account
from deixis.serve.api_error import ApiError
from deixis.serve.own_names import OwnNames
from deixis.serve.settings import ServerSettings


@final
class GuardedHttp:
    """An application behind these checks."""

    def __init__(
        self, app: ASGIApp, access: Access, settings: ServerSettings, hosts: Iterable[str] = ()
    ) -> None:
        self._app, self._access = app, access
        self._names = OwnNames(settings, hosts, hint="see --allow")

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
        self._names.check(headers)
        account = self._access.account(headers.get("authorization"))
        if method == "POST":
            account.use("requests", 1)
        return account
