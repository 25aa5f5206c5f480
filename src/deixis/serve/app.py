"""The server's routes: a request is let in, prepared, sent on, and its answer read back."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from deixis.ask.model import Model
from deixis.core.errors import UsageError
from deixis.serve.access import Access, Account
from deixis.serve.answers import RegionStream, with_regions
from deixis.serve.api_error import ApiError, mistake, not_found
from deixis.serve.backends import Backend, BackendReply, Backends
from deixis.serve.bodies import BodyReading, Room, while_wanted
from deixis.serve.citing import Citing
from deixis.serve.conversation import Conversation, read_conversation
from deixis.serve.described import page
from deixis.serve.json_body import read_json
from deixis.serve.log import RequestLog
from deixis.serve.metrics import KIND, Metrics
from deixis.serve.openapi import openapi
from deixis.serve.own_names import OwnNames
from deixis.serve.picture_workers import PictureWorkers
from deixis.serve.pointing_settings import KEY
from deixis.serve.prepared import Prepared, Preparing
from deixis.serve.reading_back import ReadingBack, unread_tools
from deixis.serve.settings import Serving
from deixis.serve.shapes import CHAT, RESPONSES, RequestShape
from deixis.serve.streaming import ClosedStream, TokenCount, heard, kept_alive, told_errors

OWN_MS = "X-Deixis-Ms"
SENT = "x-deixis-sent"
MOST_WORDS = 2000  # letters of a conversation that are logged, where that is asked for
Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@final
class App:
    """A server's state, and what it does with each request."""

    def __init__(self, serving: Serving, access: Access, log: RequestLog | None = None) -> None:
        self.serving, self.access = serving, access
        self.log = log or RequestLog(words=serving.server.words_in_log)
        self.metrics = Metrics()
        self.room = Room(serving.limits.held_bytes)
        self.workers = PictureWorkers(serving.server.num_picture_workers, serving.limits)
        self.preparing = Preparing(serving, self.workers)
        hint = "names of [server] may hold it, or ask for keys"
        self.names = OwnNames(serving.server, serving.server.names, hint=hint)
        self.backends = Backends(serving, self.preparing)

    def asgi(self) -> Starlette:
        """The application that an ASGI server runs."""
        routes = [
            Route("/health", self.health, methods=["GET"]),
            Route("/metrics", self._guarded(self.show_metrics), methods=["GET"]),
            Route("/v1/models", self._guarded(self.models), methods=["GET"]),
            Route("/openapi.json", self._guarded(self.openapi), methods=["GET"]),
            Route("/docs", self._guarded(self.page), methods=["GET"]),
            Route(CHAT.path, self._asked(CHAT), methods=["POST"]),
            Route(RESPONSES.path, self._asked(RESPONSES), methods=["POST"]),
        ]
        return Starlette(
            routes=routes,
            lifespan=self._lifespan,
            exception_handlers={HTTPException: _refused},
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(self.workers.start)
        loading = asyncio.create_task(self.backends.load())
        try:
            yield
        finally:
            loading.cancel()
            await self.backends.close()
            await asyncio.to_thread(self.workers.close)

    async def health(self, _: Request) -> Response:
        """Whether all models are there; for balancers, without a key."""
        waiting = self.backends.loading()
        failed = self.backends.failed()
        if not waiting and not failed:
            return JSONResponse({"status": "ok"})
        told = "a model could not be loaded" if failed else "models are being loaded"
        return _answered(ApiError(503, told, code="loading", headers={"Retry-After": "2"}))

    async def show_metrics(self, _: Request) -> Response:
        """Counters for Prometheus."""
        self.metrics.set("deixis_in_flight", self.backends.num_in_flight)
        self.metrics.set("deixis_picture_processes_ended_total", self.workers.num_ended)
        return Response(self.metrics.text(), media_type=KIND)

    async def models(self, _: Request) -> Response:
        """The models that are served, and what is known of each."""
        return JSONResponse({"object": "list", "data": self.backends.listed()})

    async def openapi(self, _: Request) -> Response:
        """The description of all this that programs read."""
        return JSONResponse(openapi(self.serving))

    async def page(self, _: Request) -> Response:
        """The same for people."""
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return HTMLResponse(page(self.serving), headers={"Content-Security-Policy": policy})

    def let_in(self, request: Request) -> Account:
        """Whose request it is; ApiError where it is refused. No page of a browser knows a key, so
        that where one is asked for the names do not matter.
        """
        if not self.serving.server.keys:
            self.names.check(request.headers)
        return self.access.account(request.headers.get("authorization"))

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                self.let_in(request)
                return await handler(request)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is told and logged
                return _answered(error if isinstance(error, ApiError) else mistake(error))

        return guarded

    def _asked(self, shape: RequestShape) -> Handler:
        async def asked(request: Request) -> Response:
            return await RequestHandling(self, request, shape).answer()

        return asked


@final
class RequestHandling:
    """One request and its answer."""

    def __init__(self, app: App, request: Request, shape: RequestShape) -> None:
        self.app, self.request, self.shape = app, request, shape
        self.began = time.perf_counter()
        self.entry: dict[str, Any] = {"route": shape.path}  # Any: what is logged
        self.account: Account | None = None

    async def answer(self) -> Response:
        """The answer, or the error that there is in its place."""
        try:
            return await self._answer()
        except ClientDisconnect:
            self._over(499)
            return Response(status_code=400)
        except Exception as broken:  # noqa: BLE001  # whatever it is, it is told and logged
            error = broken if isinstance(broken, ApiError) else mistake(broken)
            self._over(error.status, code=error.code)
            return _answered(error)

    async def _answer(self) -> Response:
        app, request = self.app, self.request
        self.account = account = app.let_in(request)
        self.entry["key"] = account.name
        account.use("requests", 1)
        account.use("pixels", 0)
        account.use("tokens", 0)
        reading = BodyReading(request, app.serving.limits, app.room)
        try:
            data = await reading.read()
            return await while_wanted(request, self._answer_to(data, account))
        finally:
            reading.leave()

    async def _answer_to(self, data: bytes, account: Account) -> Response:
        app = self.app
        conversation = read_conversation(read_json(data), self.shape, app.serving)
        self.entry |= {"model": conversation.model, "stream": conversation.is_streamed}
        backend = app.backends.get(conversation.model)
        if backend is None:
            raise not_found(conversation.model)
        if not backend.is_ready:
            raise ApiError(
                503, "this model is being loaded", code="loading", headers={"Retry-After": "2"}
            )
        model = self._read_as(conversation, backend)
        citing = None
        if model is not None and conversation.settings.cite:
            citing = Citing(conversation, backend.served, model, app.preparing)
        if app.log.words:
            self.entry["words"] = "\n".join(self.shape.texts(conversation.body))[-MOST_WORDS:]
        prepared = await backend.prepare(conversation, data)
        account.pay("pixels", prepared.num_pixels)
        app.metrics.add("deixis_regions_total", prepared.num_regions)
        app.metrics.add("deixis_pixels_total", prepared.num_pixels)
        self.entry["regions"] = prepared.num_regions
        reading = None
        if model is not None:
            reading = self._reading(model, prepared, conversation)
        reply = await backend.ask(self.shape, prepared, dict(self.request.headers))
        if reply.is_stream and reply.status == 200:
            return self._streamed(reply, reading)
        content = await reply.body()
        if reading is not None and reply.status == 200:
            if citing is not None:
                reading.told["cited"] = await citing.record(content)
            content = with_regions(content, self.shape, reading)
        self._count_tokens(content)
        own = time.perf_counter() - self.began - reply.waited
        self._over(reply.status, own=own)
        return Response(content, reply.status, {**reply.headers, OWN_MS: f"{own * 1000:.2f}"})

    def _read_as(self, conversation: Conversation, backend: Backend) -> Model | None:
        """The model as its answer is read; None where it is not."""
        if not conversation.points:
            return None
        try:
            return backend.asked(conversation.settings.dialect)
        except UsageError as wrong:
            raise ApiError(400, str(wrong), param=f"{KEY}.dialect") from None

    def _reading(self, model: Model, prepared: Prepared, conversation: Conversation) -> ReadingBack:
        shows = self.request.headers.get(SENT, "").strip().lower() == "pictures"
        names = tuple(conversation.settings.tool_arguments or ())
        reading = ReadingBack(model=model, prepared=prepared, shows_pictures=shows, names=names)
        if names and reading.tools is None:
            raise unread_tools(reading)
        if names and conversation.is_streamed and self.shape is not CHAT:
            told = "arguments of tools are rewritten in chat completions, and in whole responses"
            raise ApiError(400, told, param=f"{KEY}.tool_arguments")
        return reading

    def _streamed(self, reply: BackendReply, reading: ReadingBack | None) -> Response:
        own = time.perf_counter() - self.began - reply.waited
        tokens = TokenCount()
        pieces = heard(reply.pieces(), tokens.hear)
        if reading is not None:
            pieces = RegionStream(self.shape, reading).events(pieces)
        pieces = told_errors(pieces, self.shape)
        pieces = kept_alive(pieces, self.app.serving.server.ping_seconds)
        headers = {**reply.headers, OWN_MS: f"{own * 1000:.2f}", "Cache-Control": "no-cache"}

        async def over(is_whole: bool) -> None:
            self._pay_tokens(tokens.num)
            self._over(200 if is_whole else 499, own=own)
            await reply.close()  # where the client left, the upstream is told so

        return ClosedStream(pieces, headers, over)

    def _count_tokens(self, content: bytes) -> None:
        """What the upstream says that the answer cost."""
        at = content.rfind(b'"usage"')
        if at < 0:
            return
        try:
            usage = json.loads(content).get("usage") or {}
            num = usage.get("total_tokens")
        except (ValueError, AttributeError, RecursionError):
            return
        if isinstance(num, int) and 0 <= num < 1 << 40:
            self._pay_tokens(num)

    def _pay_tokens(self, num: int) -> None:
        if self.account is not None:
            self.account.pay("tokens", num)
        self.app.metrics.add("deixis_tokens_total", num)

    def _over(self, status: int, *, own: float | None = None, code: str | None = None) -> None:
        took = time.perf_counter() - self.began
        metrics = self.app.metrics
        metrics.add("deixis_requests_total", route=self.shape.path, status=str(status))
        metrics.time("deixis_request_seconds", took)
        if own is not None:
            metrics.time("deixis_own_seconds", own)
        self.app.log.write(self.entry, status=status, seconds=took, own=own, code=code)


def _answered(error: ApiError) -> Response:
    return Response(error.body(), error.status, error.headers, "application/json")


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = {404: "there is no such route; /docs lists them", 405: "this route takes other methods"}
    headers: Mapping[str, str] = error.headers or {}
    status = error.status_code if error.status_code in (404, 405) else 400
    return _answered(
        ApiError(status, told.get(status, "the request cannot be read"), headers=headers)
    )
