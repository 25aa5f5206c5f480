"""The model is loaded at its first use, in a thread, while other calls go on."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, final

from deixis.ask.loading import load
from deixis.ask.model import Model
from deixis.core.errors import ModelError, UsageError

NONE = (
    "this server was started without a model, so it cannot look at pictures: start it as "
    "`deixis mcp MODEL`, with a checkpoint, nano, or openai:NAME@URL. point, draw, say and read "
    "need none"
)


@final
class LazyModel:
    """A model by name, not loaded yet. A call waits for it so many seconds, then is told to come
    again; what went wrong is told once, and the next call tries again.
    """

    def __init__(
        self, name: str, options: Mapping[str, Any], *, seconds: float
    ) -> None:  # Any: see `dx.load`
        self.name = name
        self._options, self._seconds = dict(options), seconds
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="deixis-load")
        self._loading: Future[Model] | None = None

    async def get(self) -> Model:
        """The model, loaded."""
        if not self.name:
            raise UsageError(NONE)
        if self._loading is None:
            self._loading = self._threads.submit(load, self.name, **self._options)
        loading = self._loading
        waiting = asyncio.wrap_future(loading)
        waiting.add_done_callback(_seen)
        done, _ = await asyncio.wait([waiting], timeout=self._seconds)
        if not done:
            raise ModelError(f"the model {self.name} is still being loaded: call again in a minute")
        if loading.exception() is not None and self._loading is loading:
            self._loading = None
        return loading.result()

    def close(self) -> None:
        """Let its connections go."""
        loading, self._loading = self._loading, None
        self._threads.shutdown(wait=False, cancel_futures=True)
        if loading is not None and loading.done() and loading.exception() is None:
            loading.result().vlm.close()


def _seen(loading: "asyncio.Future[Model]") -> None:
    """What went wrong is told by the call that waited, or by the next one."""
    if not loading.cancelled():
        loading.exception()
