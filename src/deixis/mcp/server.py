"""The server that clients of the protocol speak with: its tools, and pictures as resources."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, TypeAlias, final

from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError
from mcp_types import (
    CallToolResult,
    InputRequiredResult,
    ResourceLink,
    ResourceTemplate,
    TextContent,
    ToolAnnotations,
)
from pydantic import AnyUrl, Field
from typing_extensions import override

from deixis._version import __version__
from deixis.ask.find_prompts import Kind
from deixis.core.errors import DeixisError, ImageError
from deixis.core.files import read_bytes
from deixis.core.picture_files import picture_format
from deixis.core.picture_headers import read_file
from deixis.mcp.client_roots import AnyContext, client_roots
from deixis.mcp.regions_given import FORMS
from deixis.mcp.short_results import ENVELOPE, MOST, compact, error_text, fitted
from deixis.mcp.toolbox import Toolbox, ToolCall, ToolResult
from deixis.serve.access import Account
from deixis.serve.api_error import ApiError

ACCOUNT = "deixis.account"  # of a request's scope
Answer: TypeAlias = CallToolResult | InputRequiredResult
INSTRUCTIONS = (
    "Point at parts of pictures. Pictures are paths of files, and come back as paths: nothing is "
    "sent in base64. All coordinates are pixels of the original picture. Regions have names, and "
    "{name} in a question stands for one."
)
READS = ToolAnnotations(read_only_hint=True)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False)
Picture = Annotated[str, Field(description="path of the picture, in a root")]
Regions = Annotated[dict[str, Any], Field(description=FORMS)]  # Any: what JSON holds
Out = Annotated[str | None, Field(description="path of a picture to write, with the marks on it")]
Overwrite = Annotated[bool, Field(description="whether out may be there already")]
PictureSize = Annotated[list[int] | None, Field(description="[width, height], in place of image")]
ContractName = Annotated[str | None, Field(description="a model, as Qwen/Qwen3-VL-8B-Instruct")]
DialectName = Annotated[str | None, Field(description="a way of writing places, as qwen3_vl")]


@final
class PictureServer(MCPServer[None]):
    """A server whose resources are the pictures in its roots."""

    def __init__(self, toolbox: Toolbox) -> None:
        super().__init__(
            "deixis", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
        )
        self.toolbox = toolbox

    @override
    async def list_resource_templates(self) -> list[ResourceTemplate]:
        about = "a picture in a root, whole; tools take its path and need no bytes"
        return [ResourceTemplate(uri_template="file:///{+path}", name="picture", description=about)]

    @override
    async def read_resource(
        self, uri: AnyUrl | str, context: AnyContext | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        try:
            told = [] if context is None else await client_roots(context)
            if isinstance(told, InputRequiredResult):
                return told
            roots = self.toolbox.roots.narrowed(told)
            return [await asyncio.to_thread(self._picture, roots.to_read(str(uri)))]
        except DeixisError as error:
            raise ResourceError(error_text(error)) from None

    def _picture(self, place: Path) -> ReadResourceContents:
        most = self.toolbox.settings.resource_bytes
        try:
            content = read_bytes(place, most=most)
        except OSError:
            raise ImageError(
                f"{place} cannot be read, or has more than {most} bytes: give tools its path"
            ) from None
        mime_type = _mime_type(read_file(content).kind)
        return ReadResourceContents(content=content, mime_type=mime_type)


@final
class AgentTools:
    """The tools as the protocol has them, each with what an agent is told of it."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.toolbox = toolbox

    async def point(
        self,
        context: AnyContext,
        image: Picture,
        what: Annotated[str, Field(description="what the person is asked to point at")] = "",
    ) -> Answer:
        """Ask the person to point in a picture. A ticket comes at once; point_result has what they
        drew.
        """
        return await self._told(context, lambda call: self.toolbox.point(call, image, what))

    async def point_result(
        self,
        context: AnyContext,
        ticket: str,
        seconds: Annotated[float, Field(description="to wait at most, up to 40")] = 20.0,
    ) -> Answer:
        """What the person drew: status waiting (call again), done, or left."""
        return await self._told(context, lambda _: self.toolbox.point_result(ticket, seconds))

    async def find(  # noqa: PLR0913  # by name
        self,
        context: AnyContext,
        image: Picture,
        what: Annotated[str, Field(description='in words: "the Save button"')],
        kind: Kind = "point",
        many: Annotated[bool, Field(description="all of them, not one")] = False,
        refine: Annotated[int, Field(description="closer looks, a call each: 0..4")] = 0,
        scale: Annotated[float, Field(description="pixels a logical pixel of a screen")] = 1.0,
        out: Out = None,
        overwrite: Overwrite = False,
    ) -> Answer:
        """Find a thing in a picture: where to click, and its region."""
        return await self._told(
            context,
            lambda call: self.toolbox.find(
                call,
                image,
                what,
                kind=kind,
                many=many,
                refine=refine,
                scale=scale,
                out=out,
                overwrites=overwrite,
            ),
        )

    async def ask(  # noqa: PLR0913  # by name
        self,
        context: AnyContext,
        image: Picture,
        question: Annotated[str, Field(description='with names in braces: "What is {cup}?"')],
        regions: Annotated[dict[str, Any] | None, Field(description=FORMS)] = None,  # Any: JSON
        encoding: Annotated[
            str, Field(description="how regions reach the model: said, arrow:color=red, cropped …")
        ] = "said",
        max_new_tokens: int = 128,
        out: Out = None,
        overwrite: Overwrite = False,
    ) -> Answer:
        """Ask a model about a picture and regions of it."""
        return await self._told(
            context,
            lambda call: self.toolbox.ask(
                call,
                image,
                question,
                regions=regions,
                encoding=encoding,
                max_new_tokens=max_new_tokens,
                out=out,
                overwrites=overwrite,
            ),
        )

    async def draw(
        self,
        context: AnyContext,
        image: Picture,
        regions: Regions,
        mark: Annotated[
            str, Field(description="rectangle, arrow, ellipse, mask, tagged, dimmed …")
        ] = "rectangle",
        out: Out = None,
        overwrite: Overwrite = False,
    ) -> Answer:
        """Draw regions on a copy of a picture; the words for each mark come back, too."""
        return await self._told(
            context,
            lambda call: self.toolbox.draw(
                call, image, regions, mark=mark, out=out, overwrites=overwrite
            ),
        )

    async def say(
        self,
        context: AnyContext,
        regions: Regions,
        image: Picture | None = None,
        size: PictureSize = None,
        dialect: DialectName = None,
        contract: ContractName = None,
    ) -> Answer:
        """Say regions in a model's own coordinates, to put them in a prompt."""
        return await self._told(
            context,
            lambda call: self.toolbox.say(
                call, regions, image=image, size=size, dialect=dialect, contract=contract
            ),
        )

    async def read(
        self,
        context: AnyContext,
        text: Annotated[str, Field(description="a model's answer, with places in it")],
        image: Picture | None = None,
        size: PictureSize = None,
        dialect: DialectName = None,
        contract: ContractName = None,
    ) -> Answer:
        """Read the regions that a model's answer means, in pixels of the original picture."""
        return await self._told(
            context,
            lambda call: self.toolbox.read(
                call, text, image=image, size=size, dialect=dialect, contract=contract
            ),
        )

    async def _told(
        self, context: AnyContext, do: Callable[[ToolCall], Awaitable[ToolResult]]
    ) -> Answer:
        """A tool is called in the roots of server and client; our own errors are told as they
        are, others by the SDK, which keeps their words to itself.
        """
        try:
            told = await client_roots(context)
            if isinstance(told, InputRequiredResult):
                return told
            call = ToolCall(
                roots=self.toolbox.roots.narrowed(told),
                limits=self.toolbox.settings.limits,
                account=_account(context),
            )
            return _result(await do(call))
        except (DeixisError, ApiError) as error:
            text = TextContent(type="text", text=error_text(error))
            return CallToolResult(content=[text], is_error=True)


def server_for(toolbox: Toolbox) -> PictureServer:
    """A server with all tools."""
    server, tools = PictureServer(toolbox), AgentTools(toolbox)
    for tool, about in (
        (tools.point, READS),
        (tools.point_result, READS),
        (tools.find, WRITES),
        (tools.ask, WRITES),
        (tools.draw, WRITES),
        (tools.say, READS),
        (tools.read, READS),
    ):
        words = " ".join((tool.__doc__ or "").split())
        server.add_tool(tool, description=words, annotations=about, structured_output=False)
    return server


def _account(context: AnyContext) -> Account | None:
    """Whose request it is, over HTTP."""
    scope = getattr(context.request_context.request, "scope", None) or {}
    account = scope.get(ACCOUNT)
    return account if isinstance(account, Account) else None


def _mime_type(kind: str) -> str:
    """The formats that are opened and written here are all called so."""
    return f"image/{kind.lower()}"


def _result(done: ToolResult) -> CallToolResult:
    """A record as text and as values, and a link to the picture that was written."""
    links: list[ResourceLink] = []
    if done.picture is not None:
        mime_type = _mime_type(picture_format(done.picture))
        link = ResourceLink(
            type="resource_link",
            uri=done.picture.as_uri(),
            name=done.picture.name,
            mime_type=mime_type,
        )
        links.append(link)
    taken = sum(len(link.model_dump_json(by_alias=True, exclude_none=True)) for link in links)
    record = fitted(done.record, MOST - ENVELOPE - taken)
    text = TextContent(type="text", text=compact(record))
    return CallToolResult(content=[text, *links], structured_content=record)
