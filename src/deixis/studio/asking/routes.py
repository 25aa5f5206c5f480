"""The routes of asking: questions and their history, what models see and find, exports."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar, final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deixis.core.errors import SampleError, UsageError
from deixis.core.typed_json import read_as
from deixis.core.untrusted_text import shown
from deixis.encodings import encodings
from deixis.marks import shapes
from deixis.serve.api_error import ApiError
from deixis.serve.shapes import CHAT, Json
from deixis.serve.streaming import ClosedStream, kept_alive, told_errors
from deixis.studio.asking.grid import GridAsking
from deixis.studio.asking.kept import KeptQuestions
from deixis.studio.asking.looking import (
    FindAsked,
    LookAsked,
    ProbeAsked,
    SightAsked,
    found,
    notes,
    probed,
    sight,
)
from deixis.studio.asking.question import QuestionAsked, asked_again, read_question
from deixis.studio.asking.sent_pictures import SentFiles, kind_of
from deixis.studio.exports import FORMS, exported
from deixis.studio.guard import session_of
from deixis.studio.history import QuestionHistory
from deixis.studio.state import Studio

SOURCES = ("rapidocr", "tesseract")  # that take no checkpoint; others are typed
FOR_GOOD = "private, max-age=31536000, immutable"
Value = TypeVar("Value")


def routes(studio: Studio) -> list[Route]:
    """All of them."""
    handlers = _Handlers(studio)
    studio.at_end.append(handlers.close)
    return [
        Route("/api/ask", handlers.ask, methods=["POST"]),
        Route("/api/choices", handlers.choices, methods=["GET"]),
        Route("/api/find", handlers.doing(FindAsked, found), methods=["POST"]),
        Route("/api/sight", handlers.doing(SightAsked, sight), methods=["POST"]),
        Route("/api/look", handlers.doing(LookAsked, notes), methods=["POST"]),
        Route("/api/probe", handlers.doing(ProbeAsked, probed), methods=["POST"]),
        Route("/api/history", handlers.listed, methods=["GET"]),
        Route("/api/history/{entry:int}", handlers.one, methods=["GET"]),
        Route("/api/history/{entry:int}", handlers.delete, methods=["DELETE"]),
        Route("/api/history/{entry:int}/replay", handlers.replay, methods=["POST"]),
        Route("/api/exports", handlers.export, methods=["POST"]),
        Route("/sent/{sha256}", handlers.picture, methods=["GET"]),
    ]


@final
class _Desk:
    """What one person asks and keeps, in a folder of their own."""

    def __init__(self, studio: Studio, person: str) -> None:
        home = studio.home.part("history")
        if person:  # their name may be no file's name, and is told to nobody
            home = home / hashlib.sha256(person.encode()).hexdigest()[:32]
        self.history = QuestionHistory(home / "questions.sqlite")
        sent = SentFiles(home / "sent")
        self.asking = GridAsking(studio, self.history, sent)
        self.kept = KeptQuestions(studio, self.history, sent)


@final
class _Handlers:
    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._desks: dict[str, _Desk] = {}

    async def desk(self, request: Request) -> _Desk:
        """That of whoever asks; opened when they first do."""
        person = session_of(request.scope).person
        if person not in self._desks:
            made = await asyncio.to_thread(_Desk, self.studio, person)
            self._desks.setdefault(person, made)
        return self._desks[person]

    async def close(self) -> None:
        for desk in self._desks.values():
            desk.history.close()

    async def ask(self, request: Request) -> Response:
        asked = read_question(await self.studio.record(request))
        return await self._streamed(await self.desk(request), asked)

    async def replay(self, request: Request) -> Response:
        desk = await self.desk(request)
        entry = await asyncio.to_thread(desk.kept.entry, request.path_params["entry"])
        return await self._streamed(desk, asked_again(entry))

    async def choices(self, _: Request) -> Response:
        """What the page lets people choose from."""
        told = {
            "encodings": encodings.names(),
            "marks": shapes.names(),
            "sources": SOURCES,
            "exports": {name: form.title for name, form in FORMS.items()},
            "fetches": self.studio.serving.pictures.urls == "fetch",
        }
        return JSONResponse(told)

    async def listed(self, request: Request) -> Response:
        query, before = (
            request.query_params.get("query", ""),
            request.query_params.get("before", ""),
        )
        last = int(before) if before.isdigit() and len(before) < 18 else None
        desk = await self.desk(request)
        lines = await asyncio.to_thread(desk.history.search, query, before=last)
        return JSONResponse({"entries": [line.record() for line in lines]})

    async def one(self, request: Request) -> Response:
        kept = (await self.desk(request)).kept
        entry = await asyncio.to_thread(kept.entry, request.path_params["entry"])
        return JSONResponse(kept.record(entry))

    async def delete(self, request: Request) -> Response:
        kept = (await self.desk(request)).kept
        await asyncio.to_thread(kept.delete, request.path_params["entry"])
        return JSONResponse({"deleted": request.path_params["entry"]})

    async def export(self, request: Request) -> Response:
        record = await self.studio.record(request)
        form = record.get("form")
        if not isinstance(form, str):
            raise ApiError(400, f"form is one of {', '.join(FORMS)}, got {shown(form)}")
        kept = (await self.desk(request)).kept
        chosen = await asyncio.to_thread(kept.exporting, record.get("entries"))
        try:
            file = await asyncio.to_thread(exported, chosen, form)
        except (UsageError, SampleError) as wrong:
            raise ApiError(400, str(wrong), code="not_exported") from None
        headers = {
            "content-disposition": f'attachment; filename="{file.name}"',
            "x-deixis-lost": "; ".join(file.lost).encode("ascii", "replace").decode(),
        }
        return Response(file.data, headers={**headers, "content-type": file.kind})

    async def picture(self, request: Request) -> Response:
        """A picture as it was sent: the very bytes."""
        kept = (await self.desk(request)).kept
        data = await asyncio.to_thread(kept.sent_picture, request.path_params["sha256"])
        headers = {"cache-control": FOR_GOOD, "content-type": kind_of(data)}
        return Response(data, headers=headers)

    def doing(
        self, kind: type[Value], do: Callable[[Studio, Value], Coroutine[Any, Any, Json]]
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """A handler that reads what is asked, and answers with what is found."""

        async def handled(request: Request) -> Response:
            record = await self.studio.record(request)
            try:
                asked = read_as(kind, record, name="request")
                return JSONResponse(await do(self.studio, asked))
            except UsageError as wrong:
                raise ApiError(400, str(wrong)) from None

        return handled

    async def _streamed(self, desk: _Desk, asked: QuestionAsked) -> Response:
        stream = await desk.asking.events(asked)
        pieces = told_errors(stream(), CHAT)
        pieces = kept_alive(pieces, self.studio.serving.server.ping_seconds)
        headers: Mapping[str, str] = {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store",
        }

        async def over(_: bool) -> None:
            pass

        return ClosedStream(pieces, headers, over)
