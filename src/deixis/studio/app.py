"""The studio's application: every part gives its routes, and all stand behind one guard.

A part is a function `routes(studio) -> list[Route]`, named in PARTS below. A handler takes a
`Request` and gives a `Response`, and raises `ApiError` for what it refuses (a mistake of ours is
told as one). It finds:
  - `await studio.record(request)`: the JSON that was sent; `await studio.body(request)`: its bytes
  - `studio.pictures`: `about(id)`, `image(id)`, `exact_file(id)`, and `await keep(bytes)`
  - `studio.backends`, `studio.preparing`, `studio.workers`: models and processes, as of `serve`
  - `studio.home.part("history")`: a private folder of its own
  - `session_of(request.scope).person` of `guard`: whose request it is, where there are keys
  - `studio.at_end.append(close)`: an async function that is called when the studio ends
Everything under /api/ needs the session's cookie and its token; page/session.js has `get`, `send`
and `download`, which add it. Files in page/ are served as they are, under their own paths.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from deixis.core.errors import UsageError
from deixis.serve.api_error import ApiError
from deixis.studio import model_routes, picture_routes, session_routes
from deixis.studio.asking import routes as asking_routes
from deixis.studio.guard import READING, StudioGuard, answered
from deixis.studio.labelling import label_routes
from deixis.studio.state import Studio

Part: TypeAlias = Callable[[Studio], Sequence[BaseRoute]]
PARTS: tuple[Part, ...] = (
    session_routes.routes,
    picture_routes.routes,
    model_routes.routes,
    asking_routes.routes,
    label_routes.routes,
)


def studio_app(studio: Studio, parts: Sequence[Part] = PARTS) -> StudioGuard:
    """The application that an ASGI server runs."""
    routes = [route for part in parts for route in part(studio)]

    async def page(request: Request) -> Response:
        if request.url.path not in studio.page:
            raise HTTPException(404)
        return studio.page.answer(request)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with studio.running():
            yield

    app = Starlette(
        routes=[*routes, Route("/{path:path}", page, methods=list(READING))],
        lifespan=lifespan,
        exception_handlers={
            ApiError: _told,
            UsageError: _told,
            HTTPException: _told,
            Exception: _handed_on,
        },
    )
    return StudioGuard(
        app,
        sessions=studio.sessions,
        names=studio.names,
        is_page=studio.page.__contains__,
    )


async def _handed_on(_: Request, error: Exception) -> Response:
    raise error  # to the guard, which tells and logs it


async def _told(_: Request, error: Exception) -> Response:
    if isinstance(error, UsageError):
        error = ApiError(400, str(error))
    if isinstance(error, HTTPException):
        told = {404: "there is no such route", 405: "this route takes other methods"}
        status = error.status_code if error.status_code in told else 400
        error = ApiError(
            status,
            told.get(status, "the request cannot be read"),
            headers=dict(error.headers or {}),
        )
    assert isinstance(error, ApiError)
    return answered(error)
