"""The models of a server, by the names under which they are asked for."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Protocol, final, runtime_checkable

from deixis.ask.model import Model
from deixis.serve.conversation import Conversation
from deixis.serve.local import LoadedModel
from deixis.serve.prepared import Prepared, Preparing
from deixis.serve.settings import ServedModel, Serving
from deixis.serve.shapes import Json, RequestShape
from deixis.serve.upstream import Upstream

logger = logging.getLogger(__name__)


@runtime_checkable
class BackendReply(Protocol):
    """An answer, from its head on. `waited` is the time in seconds that was not the server's."""

    status: int
    headers: dict[str, str]
    is_stream: bool
    waited: float

    def pieces(self) -> AsyncIterator[bytes]:
        """Its bytes as they come."""

    async def body(self) -> bytes:
        """All of its bytes."""

    async def close(self) -> None:
        """Nothing more of it is wanted."""


@runtime_checkable
class Backend(Protocol):
    """Who answers for a name."""

    served: ServedModel
    is_ready: bool
    num_in_flight: int

    def asked(self, dialect: str | None) -> Model:
        """The model as it is spoken to in a dialect, or its own."""

    async def prepare(self, conversation: Conversation, data: bytes) -> Prepared:
        """A conversation as it takes it; `data` are the request's own bytes."""

    async def ask(
        self, shape: RequestShape, prepared: Prepared, headers: Mapping[str, str]
    ) -> BackendReply:
        """The question is asked."""

    async def close(self) -> None:
        """What it holds open is closed."""


@final
class Backends:
    """All models of a server."""

    def __init__(self, serving: Serving, preparing: Preparing) -> None:
        self._local = [
            LoadedModel(served, serving.limits, preparing)
            for served in serving.models
            if served.load
        ]
        upstreams = [
            Upstream(served, serving.limits, preparing)
            for served in serving.models
            if served.upstream
        ]
        all_of_them: list[Backend] = [*self._local, *upstreams]
        self._by_name = {one.served.name: one for one in all_of_them}
        self._order = [served.name for served in serving.models]

    def get(self, name: str) -> Backend | None:
        """Who answers for a name."""
        return self._by_name.get(name)

    async def load(self) -> None:
        """Load the models that are here, one after the other."""
        for one in self._local:
            try:
                await one.load()
            except Exception:
                logger.exception("%s cannot be loaded", one.served.name)

    def loading(self) -> list[str]:
        """Which are not there yet."""
        return [one.served.name for one in self._local if not one.is_ready]

    def failed(self) -> dict[str, str]:
        """Which could not be loaded, and why."""
        return {one.served.name: one.error for one in self._local if one.error}

    @property
    def num_in_flight(self) -> int:
        """Requests under way."""
        return sum(one.num_in_flight for one in self._by_name.values())

    def listed(self) -> list[Json]:
        """The models as /v1/models lists them."""
        return [self._told(self._by_name[name]) for name in self._order]

    async def close(self) -> None:
        """Close them."""
        await asyncio.gather(*(one.close() for one in self._by_name.values()))

    @staticmethod
    def _told(one: Backend) -> Json:
        model = one.asked(None) if one.is_ready else None
        contract = None if model is None else model.contract
        return {
            "id": one.served.name,
            "object": "model",
            "created": 0,
            "owned_by": "deixis",
            "capabilities": ["completion", "multimodal", "regions"],
            "deixis": {
                "ready": one.is_ready,
                "dialect": None if model is None else model.dialect_name,
                "contract": None if contract is None else contract.name,
                "encoding": one.served.encoding,
            },
        }
