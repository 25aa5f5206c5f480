"""A client may have roots of its own: the server asks for them, in the way of the protocol's
version that they speak.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types import InputRequiredResult, ListRootsRequest, ListRootsResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from deixis.core.errors import UsageError

if TYPE_CHECKING:
    AnyContext: TypeAlias = Context[Any, Any]  # Any: what a server keeps for its requests
else:
    AnyContext = Context  # the SDK's contexts are of this class, not of one with parameters
ROOTS = "roots"
SECONDS = 10.0  # in which a client tells them


async def client_roots(context: AnyContext) -> list[str] | InputRequiredResult:
    """The addresses of the client's roots, none where it has none; or what is sent back so that it
    tells them and calls again.
    """
    capabilities = context.client_capabilities
    if capabilities is None or capabilities.roots is None:
        return []
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        told = (context.input_responses or {}).get(ROOTS)
        if told is None:
            return InputRequiredResult(input_requests={ROOTS: ListRootsRequest()})
        if not isinstance(told, ListRootsResult):
            raise UsageError("the client was asked for its roots and told something else")
        return _addresses(told)
    if not context.session.can_send_request:
        return []
    try:
        found = await context.session.send_request(
            ListRootsRequest(),
            ListRootsResult,
            request_read_timeout_seconds=SECONDS,
            metadata=ServerMessageMetadata(related_request_id=context.request_id),
        )
    except MCPError:  # it has said that it has some, and does not tell them: ours hold
        return []
    return _addresses(found)


def _addresses(told: ListRootsResult) -> list[str]:
    return [str(root.uri) for root in told.roots]
