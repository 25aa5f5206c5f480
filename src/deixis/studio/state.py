"""What all parts of a studio share: its folder, its pictures, its models, and who uses it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from starlette.requests import Request

from deixis.serve.access import Access, read_keys
from deixis.serve.bodies import BodyReading, Room
from deixis.serve.json_body import read_json
from deixis.serve.own_names import OwnNames
from deixis.serve.picture_workers import PictureWorkers
from deixis.serve.settings import MIB, Limits, ServerSettings, Serving
from deixis.serve.shapes import Json
from deixis.studio.home import Home
from deixis.studio.page_files import PageFiles
from deixis.studio.pictures import PictureStore
from deixis.studio.sessions import Sessions

if TYPE_CHECKING:
    from deixis.serve.backends import Backends
    from deixis.serve.prepared import Preparing

PORT = 8010
MOST_WORKERS = 2  # processes that open pictures: one person draws on one at a time
# a person's own pictures may be larger than a stranger's request
LIMITS = Limits(
    body_bytes=128 * MIB,
    picture_bytes=384 * MIB,  # as we keep the largest, which came smaller
    picture_pixels=110_000_000,
    picture_seconds=60.0,
    picture_memory=4096 * MIB,
)
SERVING = Serving(
    server=ServerSettings(port=PORT, picture_workers=MOST_WORKERS, grace_seconds=2.0),
    limits=LIMITS,
)


@final
class Studio:
    """A studio's state. `serving` tells its models, its limits and where it listens, as of
    `deixis serve`; `folder` is one of pictures to label. `entry` is the page at "/".
    """

    def __init__(
        self,
        home: Home,
        serving: Serving = SERVING,
        *,
        folder: Path | None = None,
        entry: str = "studio.html",
    ) -> None:
        self.home, self.serving, self.folder = home, serving, folder
        keys = serving.server.keys
        self.sessions = Sessions(Access(read_keys(Path(keys).expanduser())) if keys else None)
        hint = "names of [server] in a file of settings may hold it"
        self.names = OwnNames(serving.server, serving.server.names, hint=hint)
        self.page = PageFiles(entry)
        self.room = Room(serving.limits.held_bytes)
        self.workers = PictureWorkers(serving.server.num_picture_workers, serving.limits)
        self.pictures = PictureStore(home.part("pictures"), self.workers, serving.limits.images)
        self.given: list[Path] = []  # pictures that the command named, shown first
        self.at_start: list[Callable[[], Coroutine[Any, Any, None]]] = []  # what parts begin with
        self.labels: list[str] = []  # that it named for the folder's pictures
        self.kept_in: Path | None = None  # where their regions are; else in the folder itself
        self.at_end: list[Callable[[], Awaitable[None]]] = []  # what parts close when it ends

    @cached_property
    def preparing(self) -> "Preparing":
        """How requests are made ready for models."""
        from deixis.serve.prepared import Preparing

        return Preparing(self.serving, self.workers)

    @cached_property
    def backends(self) -> "Backends":
        """The models; imported where there are questions, which a picker has none of."""
        from deixis.serve.backends import Backends

        return Backends(self.serving, self.preparing)

    async def body(self, request: Request, *, most: int | None = None) -> bytes:
        """A request's bytes, `most` of them; ApiError where they are more or come too slowly."""
        limits = self.serving.limits
        if most is not None:
            limits = replace(limits, body_bytes=min(most, limits.body_bytes))
        reading = BodyReading(request, limits, self.room)
        try:
            return await reading.read()
        finally:
            reading.leave()

    async def record(self, request: Request, *, most: int = 16 * MIB) -> Json:
        """The object of JSON that a request holds; ApiError where it holds none."""
        return read_json(await self.body(request, most=most))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Its processes and models are there meanwhile."""
        starting = asyncio.create_task(asyncio.to_thread(self.workers.start))
        first = [*self.at_start, self.backends.load] if self.serving.models else self.at_start
        begun = [asyncio.create_task(begin()) for begin in first]
        try:
            yield
        finally:
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)
            for end in self.at_end:
                await end()
            if "backends" in vars(self):
                await self.backends.close()
            await starting
            await asyncio.to_thread(self.workers.close)
