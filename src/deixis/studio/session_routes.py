"""A link's secret, or a key, becomes a session: a cookie for the browser, a token for our page."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deixis.core.untrusted_text import shown
from deixis.serve.api_error import ApiError
from deixis.studio.guard import OPENING, cookie_name
from deixis.studio.state import Studio

LARGEST = 4096  # bytes


def routes(studio: Studio) -> list[Route]:
    """The route on which sessions are opened."""

    async def opened(request: Request) -> Response:
        record = await studio.record(request, most=LARGEST)
        link = record.get("link")
        if not isinstance(link, str):
            raise ApiError(400, f"link is the link's secret, got {shown(link)}", param="link")
        session = studio.sessions.open(link)
        answer = JSONResponse({"token": session.token, "person": session.person})
        answer.set_cookie(
            cookie_name(request.scope),
            session.cookie,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    return [Route(OPENING, opened, methods=["POST"])]
