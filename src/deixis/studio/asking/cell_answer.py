"""One cell is asked as `serve` asks, and what comes of it is told as it comes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, final

from deixis.core.errors import UsageError
from deixis.serve.answers import RegionStream, data_of, with_regions
from deixis.serve.api_error import ApiError, mistake, not_found
from deixis.serve.backends import Backend, BackendReply, Backends
from deixis.serve.conversation import read_conversation
from deixis.serve.pointing_settings import KEY
from deixis.serve.prepared import Prepared
from deixis.serve.reading_back import ReadingBack
from deixis.serve.settings import Serving
from deixis.serve.shapes import CHAT, Json
from deixis.studio.asking.question import CellAsked, QuestionAsked
from deixis.studio.asking.sent_pictures import SentFiles
from deixis.studio.asking.turns import CellTurn, request_of
from deixis.studio.history import KeptCell

PATIENCE = 0.1  # seconds between two looks at whether a model is there
Tell: TypeAlias = Callable[[str, Json], None]


@final
@dataclass(kw_only=True, eq=False)
class CellAnswer:
    """The answer of one cell as it grows. `url` is the picture itself."""

    serving: Serving
    backends: Backends
    sent: SentFiles
    asked: QuestionAsked
    cell: CellAsked
    before: Sequence[CellTurn]
    url: str
    tell: Tell
    text: str = ""
    told: Json = field(default_factory=dict)
    num_events: int = 0
    began: float = 0.0

    async def run(self) -> None:
        """Ask, and tell all that comes; what goes wrong is told too, and is no error here."""
        self.began = time.perf_counter()
        try:
            await self._run()
        except Exception as broken:  # noqa: BLE001  # whatever it is, it is told and logged
            error = broken if isinstance(broken, ApiError) else mistake(broken)
            if isinstance(broken, UsageError):
                error = ApiError(400, str(broken))
            self.told |= error.record()
            self.tell("error", error.record())
        self._count()

    def kept(self, empty: KeptCell) -> KeptCell:
        """The cell with its answer."""
        return replace(empty, text=self.text, told=self.told)

    async def _run(self) -> None:
        backend = self.backends.get(self.cell.model)
        if backend is None:
            raise not_found(self.cell.model)
        if not backend.is_ready:
            self.tell("waiting", {"for": "the model is being loaded"})
            await when_ready(self.backends, backend)
            self.began = time.perf_counter()
        body = request_of(self.cell, self.asked, self.before, self.url)
        conversation = read_conversation(body, CHAT, self.serving)
        try:
            model = backend.asked(conversation.settings.dialect)
        except UsageError as wrong:
            raise ApiError(400, str(wrong), param=f"{KEY}.dialect") from None
        prepared = await backend.prepare(conversation, b"")
        reading = ReadingBack(model=model, prepared=prepared, shows_pictures=True)
        self._was_sent(reading, prepared)
        await self._answered(backend, prepared, reading)

    def _was_sent(self, reading: ReadingBack, prepared: Prepared) -> None:
        """What is sent is told before the first word comes."""
        told = dict(reading.told)
        pictures = []
        for one in told["pictures"]:
            url = one.pop("url", None)
            one["sha256"] = one["sha256"] or self.asked.picture  # one that was not opened is ours
            if url is not None:
                self.sent.keep(one["sha256"], url)
            pictures.append({**one, "url": f"/sent/{one['sha256']}"})
        self.told["sent"] = {**told, "pictures": pictures, **_words(prepared)}
        self.tell("sent", self.told["sent"])

    async def _answered(self, backend: Backend, prepared: Prepared, reading: ReadingBack) -> None:
        reply = await backend.ask(CHAT, prepared, {"accept": "text/event-stream"})
        try:
            if reply.status != 200:
                raise _refusal(reply.status, await reply.body())
            if not reply.is_stream:
                self._whole(with_regions(await reply.body(), CHAT, reading))
                return
            async for event in _events(reply, reading):
                self._hear(event)
        finally:
            await reply.close()

    def _whole(self, content: bytes) -> None:
        """An answer that came at once."""
        try:
            told = json.loads(content)
            message = told["choices"][0]["message"]
        except (ValueError, LookupError, TypeError):
            raise ApiError(
                502, "the upstream's answer is none", code="upstream_broke_off"
            ) from None
        self._words(message.get("content") or "")
        self._regions(message)
        self.told["finish"] = told["choices"][0].get("finish_reason")
        self._usage(told.get("usage"))

    def _hear(self, told: Json) -> None:
        if "error" in told:
            record = told["error"] if isinstance(told["error"], dict) else {}
            message = str(record.get("message", "the upstream gave an error"))
            raise ApiError(502, message, code="upstream_error")
        self._usage(told.get("usage"))
        for choice in told.get("choices") or ():
            delta = choice.get("delta") or {}
            if isinstance(delta.get("content"), str) and delta["content"]:
                self.num_events += 1
                self._words(delta["content"])
            if "regions" in delta:
                self._regions(delta)
            if choice.get("finish_reason"):
                self.told["finish"] = choice["finish_reason"]

    def _words(self, words: str) -> None:
        if not self.text and words:
            self.told["first"] = time.perf_counter() - self.began
        self.text += words
        self.tell("words", {"text": words})

    def _regions(self, told: Json) -> None:
        found = {name: told.get(name, []) for name in ("regions", "unread")}
        self.told |= found
        self.tell("regions", found)

    def _usage(self, usage: object) -> None:
        if isinstance(usage, dict):
            self.told["usage"] = {
                name: num for name, num in usage.items() if isinstance(num, int) and num >= 0
            }

    def end(self) -> None:
        """Its end is told."""
        self.tell("end", {"finish": self.told.get("finish"), "cost": self.told.get("cost", {})})

    def _count(self) -> None:
        """What it cost: as the model told, or else a token for each piece of the answer."""
        usage = self.told.pop("usage", {})
        cost: Json = {"seconds": round(time.perf_counter() - self.began, 4)}
        if "first" in self.told:
            cost["first"] = round(self.told.pop("first"), 4)
        if "total_tokens" in usage:
            cost |= {"tokens": usage["total_tokens"], "of_answer": usage.get("completion_tokens")}
        elif self.num_events:
            cost |= {"tokens": self.num_events, "is_guess": True}
        self.told["cost"] = cost


async def when_ready(backends: Backends, backend: Backend) -> None:
    """A model that is being loaded is waited for; ApiError where it cannot be."""
    while not backend.is_ready:
        if failed := backends.failed().get(backend.served.name):
            raise ApiError(503, f"it could not be loaded: {failed}", code="not_loaded")
        await asyncio.sleep(PATIENCE)


async def _events(reply: BackendReply, reading: ReadingBack) -> AsyncIterator[Json]:
    """The events of a stream, regions among them, as JSON."""
    async for event in RegionStream(CHAT, reading).events(reply.pieces()):
        data = data_of(event)
        try:
            told = json.loads(data or b"null")
        except (ValueError, RecursionError):
            continue  # the end, or no event of ours
        if isinstance(told, dict):
            yield told


def _refusal(status: int, body: bytes) -> ApiError:
    """The error that an upstream answered with."""
    message, code = "", None
    try:
        told = json.loads(body)["error"]
        message = told if isinstance(told, str) else str(told["message"])
        code = None if isinstance(told, str) else told.get("code")
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    told_code = code if isinstance(code, str) else "upstream_error"
    return ApiError(502, message or f"the upstream answered {status}", code=told_code)


def _words(prepared: Prepared) -> Json:
    """The words as they are sent: those of the last turn, and of all before it."""
    if prepared.asked is not None:
        question = prepared.asked.question
        earlier: list[Any] = [  # Any: what JSON holds
            {"role": turn.role, "text": turn.text} for turn in question.earlier
        ]
        return {"words": question.text, "system": question.system, "earlier": earlier}
    messages = [
        {"role": one.get("role"), "text": _text(one.get("content"))}
        for one in CHAT.messages(json.loads(prepared.body))
        if isinstance(one, dict)
    ]
    system = [str(one["text"]) for one in messages if one["role"] == "system"]
    turns = [one for one in messages if one["role"] != "system"]
    words = turns[-1]["text"] if turns else ""
    return {"words": words, "system": "\n".join(system) or None, "earlier": turns[:-1]}


def _text(content: object) -> str:
    if isinstance(content, list):
        return "\n".join(part["text"] for part in content if CHAT.is_words(part))
    return content if isinstance(content, str) else ""
