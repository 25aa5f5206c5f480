"""What stands before every route: whose request it is, from which page, and what a browser may do
with the answer.

Host and Origin are this server's own (a foreign name could be pointed here by its DNS). Pages are
for anybody and hold no secret; all else needs the session's cookie, and all under /api/ its token
too, in the header X-Deixis-Token. Handlers find the session in `request.scope[SESSION]`.
"""

from collections.abc import Callable
from typing import final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deixis.serve.api_error import ApiError, mistake
from deixis.serve.own_names import OwnNames
from deixis.studio.sessions import Sessions, StudioSession

SESSION = "deixis.session"
TOKEN = "x-deixis-token"
OPENING = "/api/session"  # with a link's secret
API = "/api/"
READING = ("GET", "HEAD")
OF_OUR_OWN = ("same-origin", "none")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",  # the camera's picture before it is taken
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # no words become markup, not even by mistake
        "trusted-types 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), display-capture=(self), microphone=(), geolocation=()",
}
UNKEPT = "no-store"


@final
class StudioGuard:
    """An application behind these checks; `is_page` tells which paths are pages' files."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sessions: Sessions,
        names: OwnNames,
        is_page: Callable[[str], bool],
    ) -> None:
        self._app, self._sessions, self._names, self._is_page = app, sessions, names, is_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the application's start and end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _Guarded(send)
        try:
            self._let_in(scope)
            await self._app(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told and logged
            told = error if isinstance(error, ApiError) else mistake(error)
            if not guarded.has_begun:
                await answered(told)(scope, receive, guarded)

    def _let_in(self, scope: Scope) -> None:
        """ApiError where a request is refused."""
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        self._names.check(headers)
        is_page = self._is_page(path)
        _check_site(headers, may_be_led_here=is_page and method in READING)
        if is_page or path == OPENING:
            return
        connection = HTTPConnection(scope)
        needs_token = path.startswith(API) or method not in READING
        token = headers.get(TOKEN, "") if needs_token else None
        session = self._sessions.of(connection.cookies, cookie_name(scope), token)
        session.account.use("requests", 1)
        scope[SESSION] = session


@final
class _Guarded:
    """An answer on its way out, with what browsers are told of it."""

    def __init__(self, send: Send) -> None:
        self._send, self.has_begun = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", UNKEPT)
        await self._send(message)


def session_of(scope: Scope) -> StudioSession:
    """Whose request it is."""
    session = scope[SESSION]
    assert isinstance(session, StudioSession)
    return session


def cookie_name(scope: Scope) -> str:
    """Cookies know no ports, and a machine may have several studios."""
    return f"deixis-{scope['server'][1]}"


def answered(error: ApiError) -> Response:
    """The answer that tells an error."""
    return Response(error.body(), error.status, error.headers, "application/json")


def _check_site(headers: Headers, *, may_be_led_here: bool) -> None:
    """ApiError where another site's page, or another port's, asks; only a link may lead here."""
    (host,) = headers.getlist("host")
    for origin in headers.getlist("origin"):
        if urlsplit(origin).netloc.lower() != host.lower():
            raise ApiError(403, "the Origin of this request is foreign", code="foreign_origin")
    site = headers.get("sec-fetch-site", "none")
    is_led = may_be_led_here and headers.get("sec-fetch-mode") == "navigate"
    if site not in OF_OUR_OWN and not is_led:
        raise ApiError(403, "this request comes from another site", code="foreign_origin")
