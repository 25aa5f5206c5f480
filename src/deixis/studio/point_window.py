"""A window in which a person points: opened at once, while what answers it is still being imported.

Its socket and the process that opens pictures need nothing of that, and a browser takes as long to
start as all of it.
"""

import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, final

from deixis.serve.early import WORKERS, begin_processes, bound_at
from deixis.studio.browser import open_window

if TYPE_CHECKING:
    from deixis.core.image import Image
    from deixis.studio.pointed import Drawing
    from deixis.studio.pointing import OngoingPointing

HOST = "127.0.0.1"
NUM_BYTES = 32  # of a link's secret
BACKLOG = 64
KEEPING = "deixis.studio.keep_job"
Tell = Callable[[str, bool], None]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PointedPicture:
    """What a person drew, and the picture on which they did."""

    drawing: "Drawing"
    image: "Image"


@contextmanager
def pointed_in(
    data: bytes,
    *,
    name: str = "",
    what: str = "",
    tools: tuple[str, ...] = (),
    opens_window: bool = True,
    tell: Tell,
) -> "Iterator[PointedPicture | None]":
    """What a person drew on a picture's file, as soon as they are done; None where they left. Its
    server goes on until the end of the block.

    `tell` is told the link, and whether a window was opened by it. UsageError where the picture
    cannot be opened.
    """
    listening = bound_at(HOST, 0)
    with closing(listening), tempfile.TemporaryDirectory(prefix="deixis-") as folder:
        listening.listen(BACKLOG)
        secret = secrets.token_urlsafe(NUM_BYTES)
        link = f"http://{HOST}:{listening.getsockname()[1]}/#link={secret}"
        is_shown = opens_window and open_window(link)
        begin_processes(WORKERS, KEEPING)
        tell(link, is_shown)
        from deixis.studio.pointing import OngoingPointing, PointTask

        pointing = OngoingPointing(PointTask(data=data, name=name, what=what, tools=tools))
        with _serving(pointing, Path(folder), secret, listening):
            drawing = pointing.wait()
            if drawing is None:
                yield None
            else:
                yield PointedPicture(drawing=drawing, image=pointing.image)


@contextmanager
def _serving(
    pointing: "OngoingPointing", folder: Path, secret: str, listening: socket.socket
) -> Iterator[None]:
    from deixis.studio import picture_routes, session_routes
    from deixis.studio.home import Home
    from deixis.studio.running import running
    from deixis.studio.state import SERVING, Studio

    serving = replace(SERVING, server=replace(SERVING.server, port=0, picture_workers=1))
    studio = Studio(Home.made(folder), serving, entry="point.html")
    studio.sessions.add_link(secret)
    parts = (session_routes.routes, picture_routes.routes, pointing.routes)
    with running(studio, listening, parts):
        try:
            yield
        finally:
            pointing.end()
