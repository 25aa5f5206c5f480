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
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from deixis.serve.access import Access, Account
from deixis.serve.answers import RegionStream, with_regions
from deixis.serve.api_error import ApiError, not_found
from deixis.serve.backends import Backend, BackendReply, Backends
from deixis.serve.conversation import Conversation, read_conversation, read_json
from deixis.serve.described import page
from deixis.serve.log import RequestLog
from deixis.serve.metrics import KIND, Metrics
from deixis.serve.openapi import openapi
from deixis.serve.picture_workers import PictureWorkers
from deixis.serve.prepared import Prepared, Preparing
from deixis.serve.reading_back import ReadingBack
from deixis.serve.settings import Serving
from deixis.serve.shapes import CHAT, RESPONSES, RequestShape
from deixis.serve.streaming import kept_alive, told_errors

OWN_MS = "X-Deixis-Ms"
SENT = "x-deixis-sent"
Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


@final
class App:
    """A server's state, and what it does with each request."""

    def __init__(self, serving: Serving, access: Access, log: RequestLog | None = None) -> None:
        self.serving, self.access = serving, access
        self.log = log or RequestLog(words=serving.server.words_in_log)
        self.metrics = Metrics()
        self.workers = PictureWorkers(serving.server.num_picture_workers, serving.limits)
        self.preparing = Preparing(serving, self.workers)
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
            exception_handlers={HTTPException: _refused, Exception: _broken},
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

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            try:
                self.access.account(request.headers.get("authorization"))
                return await handler(request)
            except ApiError as error:
                return _answered(error)

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
        except ApiError as error:
            self._over(error.status, code=error.code)
            return _answered(error)
        except ClientDisconnect:
            self._over(499)
            return Response(status_code=400)

    async def _answer(self) -> Response:
        app, request = self.app, self.request
        self.account = account = app.access.account(request.headers.get("authorization"))
        self.entry["key"] = account.name
        account.use("requests", 1)
        account.use("tokens", 0)
        data = await self._body()
        body = read_json(data)
        conversation = read_conversation(body, self.shape, app.serving.limits)
        self.entry |= {"model": conversation.model, "stream": conversation.is_streamed}
        backend = app.backends.get(conversation.model)
        if backend is None:
            raise not_found(conversation.model)
        if not backend.is_ready:
            raise ApiError(
                503, "this model is being loaded", code="loading", headers={"Retry-After": "2"}
            )
        prepared = await backend.prepare(conversation, data)
        account.use("pixels", prepared.num_pixels)
        app.metrics.add("deixis_regions_total", prepared.num_regions)
        app.metrics.add("deixis_pixels_total", prepared.num_pixels)
        self.entry["regions"] = prepared.num_regions
        reply = await backend.ask(self.shape, prepared, dict(request.headers))
        reading = self._reading(conversation, backend, prepared)
        if reply.is_stream and reply.status == 200:
            return self._streamed(reply, reading)
        content = await reply.body()
        if reading is not None and reply.status == 200:
            content = with_regions(content, self.shape, reading)
        self._count_tokens(content)
        own = time.perf_counter() - self.began - reply.waited
        self._over(reply.status, own=own)
        return Response(content, reply.status, {**reply.headers, OWN_MS: f"{own * 1000:.2f}"})

    def _reading(
        self, conversation: Conversation, backend: Backend, prepared: Prepared
    ) -> ReadingBack | None:
        if not conversation.points:
            return None
        shows = self.request.headers.get(SENT, "").strip().lower() == "pictures"
        model = backend.asked(conversation.settings.dialect)
        return ReadingBack(model=model, prepared=prepared, shows_pictures=shows)

    def _streamed(self, reply: BackendReply, reading: ReadingBack | None) -> Response:
        own = time.perf_counter() - self.began - reply.waited
        pieces: AsyncIterator[bytes] = reply.pieces()
        if reading is not None:
            pieces = RegionStream(self.shape, reading).events(pieces)
        pieces = told_errors(pieces, self.shape)
        pieces = kept_alive(pieces, self.app.serving.server.ping_seconds)
        headers = {**reply.headers, OWN_MS: f"{own * 1000:.2f}", "Cache-Control": "no-cache"}
        return StreamingResponse(
            self._watched(pieces, reply, own), status_code=200, headers=headers
        )

    async def _watched(
        self, pieces: AsyncIterator[bytes], reply: BackendReply, own: float
    ) -> AsyncIterator[bytes]:
        """The stream to its end; where the client leaves, the upstream is told so."""
        status = 499
        try:
            async for piece in pieces:
                yield piece
            status = 200
        finally:
            self._over(status, own=own)
            await asyncio.shield(reply.close())

    async def _body(self) -> bytes:
        limits = self.app.serving.limits
        most = limits.body_bytes
        told = ApiError(413, f"a request has at most {most} bytes here", code="too_large")
        length = self.request.headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            raise told
        pieces, num = list[bytes](), 0
        stream = self.request.stream()
        try:
            while True:
                async with asyncio.timeout(limits.body_seconds):
                    piece = await anext(stream, None)
                if piece is None:
                    break
                num += len(piece)
                if num > most:
                    raise told
                pieces.append(piece)
        except TimeoutError:
            raise ApiError(
                408, "the request did not come whole in time", headers={"Connection": "close"}
            ) from None
        return b"".join(pieces)

    def _count_tokens(self, content: bytes) -> None:
        """What the upstream says that the answer cost."""
        at = content.rfind(b'"usage"')
        if at < 0 or self.account is None:
            return
        try:
            usage = json.loads(content).get("usage") or {}
            num = usage.get("total_tokens")
        except (ValueError, AttributeError, RecursionError):
            return
        if isinstance(num, int) and 0 <= num < 1 << 40:
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


async def _broken(_: Request, error: Exception) -> Response:
    return _answered(ApiError(500, "the server made a mistake", code="internal_error"))
