"""A person is asked to point in one picture: the page, what it hands in, and whether its window is
still there.
"""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from deixis.core.errors import DeixisError, UsageError
from deixis.core.image import Image
from deixis.serve.api_error import ApiError
from deixis.studio.keep_job import KeptPicture, PixelsJob
from deixis.studio.state import Studio

if TYPE_CHECKING:
    from deixis.studio.pointed import Drawing

RELOAD = 2.0  # seconds in which a window that was closed may be opened again
PING = 10.0  # seconds
PATIENCE = 0.1  # seconds between looks whether it is over
LARGEST = 64 << 20  # bytes of regions


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PointTask:
    """A picture's file, its name, what is to be pointed at in words, and the tools for it."""

    data: bytes
    name: str = ""
    what: str = ""
    tools: tuple[str, ...] = ()


@final
class OngoingPointing:
    """The task as it goes on. Other threads wait for its end."""

    def __init__(self, task: PointTask) -> None:
        self.task = task
        self._over = threading.Event()
        self._drawing: Drawing | None = None
        self._error: DeixisError | None = None
        self._kept: asyncio.Future[KeptPicture] | None = None
        self._image: asyncio.Future[Image] | None = None
        self._opened: Image | None = None
        self._is_shown = asyncio.Event()
        self._num_windows = 0

    @property
    def is_over(self) -> bool:
        """Whether regions came, or the person left."""
        return self._over.is_set()

    @property
    def image(self) -> Image:
        """The picture, once regions came."""
        assert self._opened is not None
        return self._opened

    def wait(self) -> "Drawing | None":
        """What the person drew, once they are done; None where they left. A DeixisError where the
        picture cannot be opened.
        """
        while not self._over.wait(PATIENCE):
            pass
        if self._error is not None:
            raise self._error
        return self._drawing

    def end(self) -> None:
        """Nobody waits any more."""
        self._over.set()

    def routes(self, studio: Studio) -> Sequence[Route]:
        """The part of the studio that this is."""
        studio.at_start.append(lambda: self._open(studio))

        async def asked(_: Request) -> Response:
            kept = await self._picture()
            told = {"name": self.task.name, "what": self.task.what, "tools": list(self.task.tools)}
            return JSONResponse({**told, "picture": kept.record()})

        async def handed_in(request: Request) -> Response:
            record = await studio.record(request, most=LARGEST)
            kept = await self._picture()
            from deixis.studio.pointed import read_drawing

            drawing = read_drawing(record.get("regions"), kept.size)
            if not drawing:
                raise ApiError(400, "nothing is drawn yet", param="regions", code="no_regions")
            assert self._image is not None
            self._is_shown.set()
            self._opened = await asyncio.shield(self._image)
            if not self.is_over:
                self._drawing = drawing
                self._over.set()
            return JSONResponse({"done": True})

        async def left(_: Request) -> Response:
            self._over.set()
            return JSONResponse({"left": True})

        async def there(_: Request) -> Response:
            return _Presence(self)

        return [
            Route("/api/point", asked, methods=["GET"]),
            Route("/api/point", handed_in, methods=["POST"]),
            Route("/api/point/leave", left, methods=["POST"]),
            Route("/api/point/there", there, methods=["GET"]),
        ]

    def come(self) -> None:
        """A window is there."""
        self._num_windows += 1
        self._is_shown.set()

    def go(self) -> None:
        """A window is gone; where it was the last, the person left unless it comes again soon."""
        self._num_windows -= 1
        asyncio.get_running_loop().call_later(RELOAD, self._look)

    def _look(self) -> None:
        if not self._num_windows:
            self._over.set()

    async def _open(self, studio: Studio) -> None:
        loop = asyncio.get_running_loop()
        if self._kept is None:
            self._kept, self._image = loop.create_future(), loop.create_future()
        assert self._image is not None
        try:
            kept = await studio.pictures.keep(self.task.data, is_exact=False)
            self._kept.set_result(kept)
            await self._is_shown.wait()  # a browser that starts has enough to do
            job = PixelsJob(data=self.task.data, limits=studio.pictures.limits)
            self._image.set_result(await studio.workers.do(job))
            await asyncio.to_thread(_get_ready)
        except ApiError as refused:  # before anybody could draw
            self._error = UsageError(str(refused))
            self._over.set()

    async def _picture(self) -> KeptPicture:
        while self._kept is None or not self._kept.done():
            if self.is_over:
                raise ApiError(400, "the picture cannot be opened", code="over")
            await asyncio.sleep(0.01)
        return self._kept.result()


@final
class _Presence(Response):
    """An answer without an end, for as long as the window is there, and somebody waits for it. A
    browser may slow a hidden window's clocks, but it keeps its connections.
    """

    def __init__(self, pointing: OngoingPointing) -> None:
        super().__init__()
        self._pointing = pointing

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        pointing = self._pointing
        pointing.come()
        gone = asyncio.create_task(_gone(receive))
        try:
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            num_looks = 0
            while not gone.done() and not pointing.is_over:
                if num_looks % round(PING / PATIENCE) == 0:
                    await send(_piece(more=True))
                num_looks += 1
                await asyncio.wait((gone,), timeout=PATIENCE)
            await send(_piece(more=False))
        finally:
            gone.cancel()
            pointing.go()


def _piece(*, more: bool) -> Message:
    return {"type": "http.response.body", "body": b"\n", "more_body": more}


def _get_ready() -> None:
    """What is needed once the person is done is imported while they draw."""
    from deixis.studio.pointed import get_ready

    get_ready()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
