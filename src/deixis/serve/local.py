"""A model that is loaded here, asked in batches: what comes while one runs forms the next."""

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, final

from deixis.ask.loading import load
from deixis.ask.model import Model
from deixis.core.errors import DeixisError, UsageError
from deixis.models.interface import Completion
from deixis.serve.api_error import ApiError, busy
from deixis.serve.conversation import Conversation
from deixis.serve.local_answer import LocalAnswer
from deixis.serve.local_question import local_question
from deixis.serve.prepared import LocalAsked, Prepared, Preparing
from deixis.serve.settings import Limits, ServedModel
from deixis.serve.shapes import RequestShape

MOST_WAIT = 0.002  # seconds that a batch waits for others which come together


@final
@dataclass(kw_only=True, eq=False)
class Waiting:
    """A question that waits for its answer. Its words are told to the loop that asked."""

    asked: LocalAsked
    loop: asyncio.AbstractEventLoop
    words: "asyncio.Queue[str | Completion | ApiError]" = field(default_factory=asyncio.Queue)
    is_wanted: bool = True

    def tell(self, what: str | Completion | ApiError) -> None:
        """Said from the batch's thread."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.words.put_nowait, what)

    @property
    def kind(self) -> tuple[object, ...]:
        """Questions that are alike in this can be asked together."""
        settings = self.asked.settings
        is_sampled = settings.temperature > 0
        return (settings, id(self) if is_sampled else None)


@final
class Batches:
    """One thread asks the model, as many questions at a time as came meanwhile."""

    def __init__(self, model: Model, most: int) -> None:
        self._model, self._most = model, most
        self._come: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._left: list[Waiting] = []
        self.sizes: list[int] = []  # of the last batches
        self._thread = threading.Thread(target=self._run, daemon=True, name="deixis-batches")
        self._thread.start()

    def add(self, waiting: Waiting) -> None:
        """One more question."""
        self._come.put(waiting)

    def close(self) -> None:
        """No further batch is begun."""
        self._come.put(None)

    def _run(self) -> None:
        while True:
            if not self._left:
                first = self._come.get()
                if first is None:
                    return
                self._left.append(first)
                time.sleep(MOST_WAIT)
            while not self._come.empty():
                more = self._come.get()
                if more is None:
                    return
                self._left.append(more)
            self._left = [one for one in self._left if one.is_wanted]
            if self._left:
                self._ask()

    def _ask(self) -> None:
        kind = self._left[0].kind
        batch = [one for one in self._left if one.kind == kind][: self._most]
        self._left = [one for one in self._left if one not in batch]
        self.sizes = [*self.sizes[-99:], len(batch)]

        def hear(number: int, words: str) -> bool:
            batch[number].tell(words)
            return batch[number].is_wanted

        questions = [one.asked.question for one in batch]
        try:
            answers = self._model.vlm.generate_heard(questions, batch[0].asked.settings, hear)
        except Exception as error:  # noqa: BLE001  # a thread that ends would leave all waiting
            self._failed(batch, error)
            return
        for one, answer in zip(batch, answers, strict=True):
            one.tell(answer)

    def _failed(self, batch: list[Waiting], error: Exception) -> None:
        """One question that cannot be asked does not take the others with it."""
        if len(batch) == 1:
            if isinstance(error, UsageError):
                batch[0].tell(ApiError(400, str(error)))
            elif isinstance(error, DeixisError):
                batch[0].tell(ApiError(500, "the model failed", code="model_failed"))
            else:
                batch[0].tell(ApiError(500, "the server made a mistake", code="internal_error"))
            return
        for one in batch:
            self._left.insert(0, one)
            self._alone(one)

    def _alone(self, one: Waiting) -> None:
        self._left.remove(one)
        try:
            (answer,) = self._model.vlm.generate([one.asked.question], one.asked.settings)
        except Exception as error:  # noqa: BLE001  # as above
            self._failed([one], error)
            return
        one.tell(answer.text)
        one.tell(answer)


@final
class LocalReply:
    """An answer of a model that is here, as an engine would give it."""

    def __init__(self, waiting: Waiting, backend: "LoadedModel", shape: RequestShape) -> None:
        self._waiting, self._backend, self._shape = waiting, backend, shape
        self.status, self.waited = 200, 0.0
        self.is_stream = waiting.asked.is_streamed
        kind = "text/event-stream; charset=utf-8" if self.is_stream else "application/json"
        self.headers: dict[str, str] = {"content-type": kind}
        self._form = LocalAnswer(waiting.asked, shape)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The events of a stream."""
        try:
            for event in self._form.begin():
                yield event
            async for said in self._said():
                for event in self._events(said):
                    yield event
        finally:
            await self.close()

    def _events(self, said: str | Completion) -> list[bytes]:
        return [self._form.words(said)] if isinstance(said, str) else self._form.end(said)

    async def body(self) -> bytes:
        """The whole answer."""
        began = time.perf_counter()
        try:
            async for said in self._said():
                if isinstance(said, Completion):
                    return self._form.whole(said)
        finally:
            self.waited = time.perf_counter() - began
            await self.close()
        raise AssertionError("a completion comes last")

    async def _said(self) -> AsyncIterator[str | Completion]:
        while True:
            said = await self._waiting.words.get()
            if isinstance(said, ApiError):
                raise said
            yield said
            if isinstance(said, Completion):
                return

    async def close(self) -> None:
        """Nothing more is wanted: it leaves its batch."""
        self._waiting.is_wanted = False
        self._backend.leave(self)


@final
class LoadedModel:
    """A model that is loaded when the server starts."""

    def __init__(self, served: ServedModel, limits: Limits, preparing: Preparing) -> None:
        self.served, self.limits, self._preparing = served, limits, preparing
        self.is_ready, self.error = False, ""
        self.num_in_flight = 0
        self._open: set[LocalReply] = set()
        self._model: Model | None = None
        self._batches: Batches | None = None

    async def load(self) -> None:
        """Load it, in a thread."""
        options: dict[str, Any] = {"batch_size": self.served.batch_size}  # Any: of LoadOptions
        if self.served.device:
            options["device"] = self.served.device
        try:
            self._model = await asyncio.to_thread(
                load,
                self.served.load,
                dialect=self.served.dialect or None,
                contract=self.served.contract or None,
                **options,
            )
        except Exception as error:
            self.error = str(error) if isinstance(error, DeixisError) else repr(error)
            raise
        self._batches = Batches(self._model, self.served.batch_size)
        self.is_ready = True

    @property
    def sizes(self) -> list[int]:
        """So many were asked together, in the last batches."""
        return [] if self._batches is None else self._batches.sizes

    @property
    def model(self) -> Model:
        """The model, once it is loaded."""
        assert self._model is not None
        return self._model

    def asked(self, dialect: str | None) -> Model:
        """The model as it is spoken to in a dialect, or its own."""
        return self.model if dialect is None else Model(self.model.vlm, dialect=dialect)

    async def prepare(self, conversation: Conversation, data: bytes) -> Prepared:
        """A question of the conversation; `data` are its bytes, which are not needed."""
        model = self.asked(conversation.settings.dialect)
        return await local_question(conversation, self.served, model, self._preparing)

    async def ask(
        self, shape: RequestShape, prepared: Prepared, headers: Mapping[str, str]
    ) -> LocalReply:
        """The question joins the next batch."""
        assert prepared.asked is not None
        assert self._batches is not None
        if self.num_in_flight >= self.limits.in_flight:
            raise busy("too many requests of this model are under way")
        waiting = Waiting(asked=prepared.asked, loop=asyncio.get_running_loop())
        reply = LocalReply(waiting, self, shape)
        self.num_in_flight += 1
        self._open.add(reply)
        self._batches.add(waiting)
        return reply

    def leave(self, reply: LocalReply) -> None:
        """An answer is over."""
        if reply in self._open:
            self._open.discard(reply)
            self.num_in_flight -= 1

    async def close(self) -> None:
        """No further batch is begun."""
        if self._batches is not None:
            self._batches.close()
