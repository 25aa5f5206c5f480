"""Parts of a studio are joined behind one guard, and what they refuse is told."""

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
from deixis.studio.guard import READING, StudioGuard, answered
from deixis.studio.state import Studio

Part: TypeAlias = Callable[[Studio], Sequence[BaseRoute]]


def studio_app(studio: Studio, parts: Sequence[Part]) -> StudioGuard:
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
