"""Asking beside an event loop: each verb's twin, whose name ends in `_async`, waits in a thread.

A server is asked by as many threads as it takes requests at a time; models on this machine share
one thread, as they share its processors. An `await` that is cancelled leaves a question that was
begun to its end: of a server it may have been paid for.
"""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, final, runtime_checkable

from typing_extensions import override

from deixis.ask.answer import Answer
from deixis.ask.answer_stream import AnswerStream
from deixis.core.region import Region
from deixis.models.interface import VisionLanguageModel

Result = TypeVar("Result")
Given = ParamSpec("Given")


@final
class AskingThreads:
    """The threads in which one model is asked."""

    def __init__(self, vlm: VisionLanguageModel) -> None:
        self._num = vlm.num_at_once if vlm.is_remote else 0
        self._own: ThreadPoolExecutor | None = None

    async def run(self, do: Callable[[], Result]) -> Result:
        """It is done in one of them."""
        if self._num and self._own is None:
            self._own = ThreadPoolExecutor(self._num, thread_name_prefix="deixis-server")
        here = contextvars.copy_context()
        call = partial(here.run, do)
        return await asyncio.get_running_loop().run_in_executor(self._own or _local(), call)


@cache
def _local() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="deixis-local")


@runtime_checkable
class HasThreads(Protocol):
    """What has verbs, and threads in which they wait."""

    @property
    def threads(self) -> AskingThreads:
        """The threads."""


Owner = TypeVar("Owner", bound=HasThreads)


def awaited(
    verb: Callable[Concatenate[Owner, Given], Result],
) -> Callable[Concatenate[Owner, Given], Coroutine[Any, Any, Result]]:
    """The twin of a verb that is waited for."""

    @wraps(verb)
    async def later(owner: Owner, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        return await owner.threads.run(partial(verb, owner, *args, **kwargs))

    return later


@final
class AsyncAnswerStream(AsyncIterator[str]):
    """The words of one answer, with `async for`; `await stream.answer()` is the whole."""

    def __init__(self, begin: Callable[[], AnswerStream], threads: AskingThreads) -> None:
        self._begin = begin
        self._workers = threads
        self._stream: AnswerStream | None = None

    @override
    def __aiter__(self) -> "AsyncAnswerStream":
        return self

    @override
    async def __anext__(self) -> str:
        word = await self._workers.run(self._next)
        if word is None:
            raise StopAsyncIteration
        return word

    @property
    def text(self) -> str:
        """The words that came so far."""
        return "" if self._stream is None else self._stream.text

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions that are complete so far."""
        return () if self._stream is None else self._stream.regions

    async def answer(self) -> Answer:
        """The whole answer, read to its end."""
        return await self._workers.run(lambda: self._begun().answer)

    async def aclose(self) -> None:
        """No further word is wanted."""
        await self._workers.run(lambda: self._begun().close())

    def _begun(self) -> AnswerStream:
        if self._stream is None:
            self._stream = self._begin()
        return self._stream

    def _next(self) -> str | None:
        return next(self._begun(), None)


def streamed(
    verb: Callable[Concatenate[Owner, Given], AnswerStream],
) -> Callable[Concatenate[Owner, Given], AsyncAnswerStream]:
    """The twin of a verb whose words come one by one."""

    @wraps(verb)
    def later(owner: Owner, /, *args: Given.args, **kwargs: Given.kwargs) -> AsyncAnswerStream:
        return AsyncAnswerStream(partial(verb, owner, *args, **kwargs), owner.threads)

    return later
