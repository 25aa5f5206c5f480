"""All cells of a question at once: their events in one stream, their answers in the history."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TypeAlias, final

from deixis.core.untrusted_text import HALVES
from deixis.serve.shapes import Json
from deixis.studio.asking.cell_answer import CellAnswer
from deixis.studio.asking.question import QuestionAsked
from deixis.studio.asking.sent_pictures import SentFiles
from deixis.studio.asking.turns import turns_before
from deixis.studio.history import KeptCell, QuestionHistory
from deixis.studio.state import Studio

LEFT = "left"  # why an answer ended whose client has left
Event: TypeAlias = tuple[str, Json]


@final
class GridAsking:
    """Questions are asked and kept."""

    def __init__(self, studio: Studio, history: QuestionHistory, sent: SentFiles) -> None:
        self.studio, self.history, self.sent = studio, history, sent

    async def events(self, asked: QuestionAsked) -> Callable[[], AsyncIterator[bytes]]:
        """A stream of one question's events. What can be wrong with the question as a whole is an
        ApiError before it begins.
        """
        self.studio.pictures.about(asked.picture)
        befores = [
            await asyncio.to_thread(turns_before, one.after, asked.picture, self.history.get)
            for one in asked.cells
        ]
        url = await asyncio.to_thread(self._url, asked.picture)
        entry = await asyncio.to_thread(self.history.begin, asked.entry())

        async def stream() -> AsyncIterator[bytes]:
            come: asyncio.Queue[Event] = asyncio.Queue()
            come.put_nowait(("entry", {"entry": entry.id, "when": entry.when}))
            tasks = []
            for cell, one, before in zip(entry.cells, asked.cells, befores, strict=True):
                answer = CellAnswer(
                    serving=self.studio.serving,
                    backends=self.studio.backends,
                    sent=self.sent,
                    asked=asked,
                    cell=one,
                    before=before,
                    url=url,
                    tell=partial(_tell, come, cell.place),
                )
                tasks.append(asyncio.create_task(self._one(answer, entry.id, cell)))
            try:
                async for name, told in _until_over(come, tasks):
                    yield event(name, told)
                yield event("over", {"entry": entry.id})
            finally:  # also where the client has left
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

        return stream

    async def _one(self, answer: CellAnswer, entry: int, empty: KeptCell) -> None:
        """A cell that is over is on the disk before its end is told; so are the words of one that
        nobody waits for any more.
        """
        try:
            await answer.run()
        except asyncio.CancelledError:
            answer.told["finish"] = LEFT
            self.history.keep(entry, answer.kept(empty))
            raise
        await asyncio.to_thread(self.history.keep, entry, answer.kept(empty))
        answer.end()

    def _url(self, picture: str) -> str:
        data = self.studio.pictures.exact_file(picture).read_bytes()
        return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def event(name: str, told: Json) -> bytes:
    """One event as it is sent."""
    data = HALVES.sub("\ufffd", json.dumps(told, ensure_ascii=False))
    return f"event: {name}\ndata: {data}\n\n".encode()


def _tell(come: asyncio.Queue[Event], place: int, name: str, told: Json) -> None:
    come.put_nowait((name, {"cell": place, **told}))


async def _until_over(
    come: asyncio.Queue[Event], tasks: list[asyncio.Task[None]]
) -> AsyncIterator[Event]:
    """The events as they come, until all tasks are over and none is left."""
    ends = asyncio.gather(*tasks, return_exceptions=True)
    ends.add_done_callback(lambda _: come.put_nowait(("", {})))
    while True:
        name, told = await come.get()
        if not name:
            break
        yield name, told
    for task in tasks:
        task.result()  # a mistake of ours is told, not hidden
