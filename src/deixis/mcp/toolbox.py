"""What each tool does, whoever calls it: files in, short records out."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, final

from deixis.ask.find_prompts import Kind
from deixis.ask.shown_picture import show
from deixis.coordinates import Dialect, dialects
from deixis.coordinates.comparing import meanings
from deixis.coordinates.contracts import contract_of, contracts
from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.images import ImageLimits, open_image
from deixis.core.size import Size
from deixis.core.untrusted_text import shown
from deixis.mcp.lazy_model import LazyModel
from deixis.mcp.regions_given import FORMS, given_encodings
from deixis.mcp.roots import Roots
from deixis.mcp.settings import AgentSettings
from deixis.mcp.short_results import Row, region_row
from deixis.mcp.tickets import Picker, Tickets
from deixis.models.interface import Generation
from deixis.serve.access import Account

Result = TypeVar("Result")
NO_STUDIO = (
    "deixis studio, in which a person draws on a picture, is not installed here. Instead: ask the "
    "person for a box, as x0,y0,x1,y1 in pixels, or call find with words for the thing; draw shows "
    "the person what you mean"
)
MOST_PICTURES = 2  # decoded or drawn at a time
PIXELS = "pixels"  # the dialect that counts them


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCall:
    """Who calls: the folders that are theirs, and the account that pays for pixels."""

    roots: Roots
    limits: ImageLimits
    account: Account | None = None

    def open(self, path: str) -> Image:
        """A picture in the roots is opened."""
        image = open_image(self.roots.to_read(path), limits=self.limits)
        if self.account is not None:
            self.account.use("pixels", image.size.width * image.size.height)
        return image

    def place(self, out: str | None, picture: str, word: str, *, overwrites: bool) -> Path:
        """Where a picture is written: as told, or under a new name beside the one it shows."""
        if out is not None:
            return self.roots.to_write(out, overwrites=overwrites)
        return self.roots.beside(self.roots.to_read(picture), word)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """What a tool says, and the picture that it wrote."""

    record: Row
    picture: Path | None = None


@final
class Toolbox:
    """The tools of one server."""

    def __init__(self, settings: AgentSettings, picker: Picker | None = None) -> None:
        self.settings = settings
        self.roots = Roots.of(settings.roots)
        self.model = LazyModel(settings.model, settings.options, seconds=settings.loading_seconds)
        self.tickets = None if picker is None else Tickets(picker)
        self._pictures = asyncio.Semaphore(MOST_PICTURES)

    async def point(self, call: ToolCall, image: str, what: str = "") -> ToolResult:
        """A person is asked to point in a picture."""
        picture = call.roots.to_read(image)
        if self.tickets is None:
            raise UnsupportedError(NO_STUDIO)
        await self._with_picture(call.open, image)
        ticket = self.tickets.open(picture, what)
        told = "the person is drawing: call point_result with this ticket"
        return ToolResult(record={"ticket": ticket, "status": "waiting", "note": told})

    async def point_result(self, ticket: str, seconds: float = 20.0) -> ToolResult:
        """What the person drew, or that they have not done yet."""
        if self.tickets is None:
            raise UnsupportedError(NO_STUDIO)
        found = await asyncio.to_thread(self.tickets.result, ticket, seconds)
        if not found.done.is_set():
            return ToolResult(record={"ticket": ticket, "status": "waiting"})
        if found.error:
            raise UsageError(found.error)
        if found.regions is None:
            return ToolResult(record={"ticket": ticket, "status": "left", "regions": {}})
        rows = {name: region_row(region) for name, region in found.regions.items()}
        return ToolResult(record={"ticket": ticket, "status": "done", "regions": rows})

    async def find(  # noqa: PLR0913  # all but two by name
        self,
        call: ToolCall,
        image: str,
        what: str,
        *,
        kind: Kind = "point",
        many: bool = False,
        refine: int = 0,
        scale: float = 1.0,
        out: str | None = None,
        overwrites: bool = False,
    ) -> ToolResult:
        """A thing is looked for in a picture."""
        place = None if out is None else call.roots.to_write(out, overwrites=overwrites)
        picture = await self._with_picture(call.open, image)
        model = await self.model.get()
        found = await model.find_async(
            picture, what, kind=kind, many=many, refine=refine, scale=scale
        )
        rows: list[Row] = []
        pairs = zip(found.regions, found.points, found.logical_points, strict=True)
        for region, point, logical in pairs:
            row = {"click": [round(point.x, 2), round(point.y, 2)], **region_row(region)}
            if scale != 1:
                row["screen"] = [round(logical.x, 2), round(logical.y, 2)]
            rows.append(row)
        record: Row = {"num_found": len(rows), "regions": rows, "size": _pair(picture.size)}
        if found.why:
            record["why"] = found.why
        if place is not None:
            await self._with_picture(lambda: found.picture().save(place))
            record["out"] = str(place)
        return ToolResult(record=record, picture=place)

    async def ask(  # noqa: PLR0913  # all but two by name
        self,
        call: ToolCall,
        image: str,
        question: str,
        *,
        regions: Mapping[str, Any] | None = None,  # Any: what JSON holds
        encoding: str = "said",
        max_new_tokens: int = 128,
        out: str | None = None,
        overwrites: bool = False,
    ) -> ToolResult:
        """A question is asked about a picture and regions of it."""
        place = None if out is None else call.roots.to_write(out, overwrites=overwrites)
        encodings = given_encodings(regions, usual=encoding)
        settings = Generation(max_new_tokens=max_new_tokens)
        picture = await self._with_picture(call.open, image)
        model = await self.model.get()
        answer = await model.ask_async(picture, question, regions=encodings, settings=settings)
        record: Row = {"answer": answer.text}
        if answer.regions:
            record["regions"] = [region_row(region) for region in answer.regions]
        if answer.unread:
            record["unread"] = [str(piece) for piece in answer.unread]
        if answer.finish != "stop":
            record["finish"] = answer.finish
        if place is not None:
            await self._with_picture(lambda: answer.picture().save(place))
            record["out"] = str(place)
        return ToolResult(record=record, picture=place)

    async def draw(
        self,
        call: ToolCall,
        image: str,
        regions: Mapping[str, Any],  # Any: what JSON holds
        *,
        mark: str = "rectangle",
        out: str | None = None,
        overwrites: bool = False,
    ) -> ToolResult:
        """Regions are drawn on a copy of a picture."""
        place = call.place(out, image, "marked", overwrites=overwrites)
        encodings = given_encodings(regions, usual=mark)
        if not encodings:
            raise UsageError(f"draw needs regions, as {FORMS}")
        for name, one in encodings.items():
            if type(one).__name__ in ("Said", "Cropped"):
                raise UsageError(f"the region {shown(name)} would not be drawn: give a mark")

        def drawn() -> Row:
            picture = call.open(image)
            shown_picture = show(picture, encodings)
            shown_picture.frames[""].image.save(place)
            phrases = shown_picture.phrases(shown_picture.frames, dialects.get(PIXELS)())
            return {"out": str(place), "size": _pair(picture.size), "phrases": phrases}

        return ToolResult(record=await self._with_picture(drawn), picture=place)

    async def say(
        self,
        call: ToolCall,
        regions: Mapping[str, Any],  # Any: what JSON holds
        *,
        image: str | None = None,
        size: list[int] | None = None,
        dialect: str | None = None,
        contract: str | None = None,
    ) -> ToolResult:
        """Regions are said in the coordinates of models."""
        encodings = given_encodings(regions)
        if not encodings:
            raise UsageError(f"say needs regions, as {FORMS}")
        whole = await self._size(call, image, size)
        only = chosen_dialect(dialect, contract)
        given = [one.region for one in encodings.values()]
        if only is not None:
            return ToolResult(record={"said": only.say(given, whole), "size": _pair(whole)})
        said = {name: dialects.get(name)().say(given, whole) for name in dialects.names()}
        note = "in every dialect: name the model as contract, or a dialect"
        return ToolResult(record={"said": said, "size": _pair(whole), "note": note})

    async def read(
        self,
        call: ToolCall,
        text: str,
        *,
        image: str | None = None,
        size: list[int] | None = None,
        dialect: str | None = None,
        contract: str | None = None,
    ) -> ToolResult:
        """The regions that a model's answer means are read."""
        whole = await self._size(call, image, size)
        only = chosen_dialect(dialect, contract)
        if only is not None:
            reading = await asyncio.to_thread(only.read, text, whole)
            record: Row = {"regions": [region_row(region) for region in reading.regions]}
            if reading.unread:
                record["unread"] = [str(piece) for piece in reading.unread]
            return ToolResult(record=record)
        found = await asyncio.to_thread(meanings, text, whole)
        rows = [
            {
                "dialects": list(one.dialects),
                "regions": [region_row(region) for region in one.regions],
            }
            for one in found
        ]
        note = "what it would mean: name the model as contract, or a dialect, to choose"
        return ToolResult(record={"meanings": rows, "note": note})

    async def _size(self, call: ToolCall, image: str | None, size: list[int] | None) -> Size:
        if size is not None:
            if len(size) != 2 or min(size) < 1:
                raise UsageError(f"a size is [width, height] in pixels, got {shown(size)}")
            return Size(width=size[0], height=size[1])
        if image is None:
            raise UsageError("give the picture as image, or its size as [width, height]")
        return (await self._with_picture(call.open, image)).size

    async def _with_picture(self, do: Callable[..., Result], *args: object) -> Result:
        """It is done in a thread, few at a time: pictures take memory."""
        async with self._pictures:
            return await asyncio.to_thread(partial(do, *args))


def chosen_dialect(dialect: str | None, contract: str | None) -> Dialect | None:
    """The dialect of that name, or of the model that a contract names; never a file's."""
    if contract is None:
        return None if dialect is None else dialects.get(dialect)()
    if dialect is not None:
        raise UsageError("give a dialect or a contract, not both")
    rows = [row for row in contracts() if row.name == contract]
    match = None if rows else contract_of(contract)
    if not rows and match is None:
        raise UsageError(f"no contract is about a model called {shown(contract)}")
    return (rows[0] if match is None else match.contract).spoken()


def _pair(size: Size) -> list[int]:
    return [size.width, size.height]
