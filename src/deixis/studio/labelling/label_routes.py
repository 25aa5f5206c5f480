"""Label mode over HTTP: pictures, what is kept of them, labels, proposals and exports."""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import final
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deixis.core import region_json
from deixis.core.errors import DeixisError, UsageError
from deixis.core.files import read_bytes
from deixis.core.untrusted_text import clean, shown
from deixis.serve.api_error import ApiError, not_found
from deixis.serve.bodies import while_wanted
from deixis.studio.guard import session_of
from deixis.studio.labelling.kept_labels import who_of
from deixis.studio.labelling.label_files import label_file
from deixis.studio.labelling.label_folder import LabelFolder, Labeller, Record, told
from deixis.studio.labelling.picture_list import ListedPicture
from deixis.studio.labelling.proposals import proposed, read_wanted
from deixis.studio.state import Studio

BY = "x-deixis-by"  # the name that a person without a key gives, percent-encoded
WINDOW = "x-deixis-window"  # so that two windows of one browser are two writers
LONGEST_NAME = 60
OUTDATED = "outdated"


def routes(studio: Studio) -> list[Route]:
    """The routes of label mode; none where no folder was named."""
    if studio.folder is None:
        return []
    folder = LabelFolder(studio.folder, kept_in=studio.kept_in)
    if studio.labels:
        folder.names.add(studio.labels)
    return LabelRoutes(studio, folder).routes()


@final
class LabelRoutes:
    """Label mode of one folder."""

    def __init__(self, studio: Studio, folder: LabelFolder) -> None:
        self._studio, self._folder = studio, folder
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def routes(self) -> list[Route]:
        """All of them."""
        picture = "/api/label/pictures/{key}"
        return [
            Route("/api/label", self.overview, methods=["GET"]),
            Route("/api/label/progress", self.progress, methods=["GET"]),
            Route("/api/label/labels", self.labels, methods=["POST"]),
            Route("/api/label/leave", self.leave, methods=["POST"]),
            Route("/api/label/export", self.export, methods=["GET"]),
            Route(picture, self.open, methods=["GET"]),
            Route(picture, self.save, methods=["POST"]),
            Route(f"{picture}/decide", self.decide, methods=["POST"]),
            Route(f"{picture}/propose", self.propose, methods=["POST"]),
        ]

    async def overview(self, request: Request) -> Response:
        """The folder, its pictures and labels."""
        told = await asyncio.to_thread(self._folder.overview, labeller_of(request))
        return JSONResponse(told)

    async def progress(self, request: Request) -> Response:
        """How far everybody is; whoever asks stays at the picture `at`."""
        at = request.query_params.get("at", "")
        return JSONResponse(
            await asyncio.to_thread(self._folder.progress, labeller_of(request), at=at)
        )

    async def labels(self, request: Request) -> Response:
        """Labels are added, removed, or given a key."""
        record = await self._studio.record(request)
        await asyncio.to_thread(self._change_labels, record)
        return JSONResponse({"labels": self._folder.labels()})

    async def leave(self, request: Request) -> Response:
        """Whoever asks is at no picture any more."""
        self._folder.leases.leave(labeller_of(request).writer)
        return JSONResponse({})

    async def export(self, request: Request) -> Response:
        """All that is kept, in a format."""
        name = request.query_params.get("format", "coco")
        folder = self._folder
        try:
            file = await asyncio.to_thread(
                label_file, folder.kept.folder, folder.list.folder, format=name
            )
        except DeixisError as wrong:
            raise ApiError(400, str(wrong), param="format") from None
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            "x-deixis-lost": quote("; ".join(file.lost))[:4000],
        }
        return Response(file.data, headers=headers, media_type=file.kind)

    async def open(self, request: Request) -> Response:
        """A picture, and what is kept of it; with `ahead` nobody is at it for that."""
        listed, is_ahead = self._listed(request), "ahead" in request.query_params
        kept = await self._studio.pictures.keep(await self._file(listed))
        if is_ahead:
            return JSONResponse({"picture": kept.record()})
        opened = await asyncio.to_thread(self._folder.opened, listed, labeller_of(request))
        return JSONResponse({**opened, "picture": kept.record()})

    async def save(self, request: Request) -> Response:
        """What is said of a picture is kept; 409 with both versions where it was outdated."""
        listed = self._listed(request)
        record = await self._studio.record(request)
        size = self._studio.pictures.about(record.get("picture")).size
        labeller = labeller_of(request)
        result = await asyncio.to_thread(self._folder.save, listed, size, record, labeller)
        answer: Record = {"revision": result.kept.revision, "at": result.kept.labelled.at}
        if result.refused is None:
            return JSONResponse(answer)
        by = result.kept.labelled.by or "somebody"
        error = ApiError(409, f"{by} has saved this picture meanwhile", code=OUTDATED)
        both = {"kept": told(result.kept.labelled), "refused": told(result.refused)}
        who = who_of(labeller.writer)
        return JSONResponse({**error.record(), **answer, **both, "who": who}, 409)

    async def decide(self, request: Request) -> Response:
        """A version that was refused is no longer wanted."""
        listed, record = self._listed(request), await self._studio.record(request)
        who = record.get("who")
        if not isinstance(who, str):
            raise ApiError(400, f"who is whose version it is, got {shown(who)}", param="who")
        await asyncio.to_thread(self._folder.kept.decide, listed.name, who)
        return JSONResponse({})

    async def propose(self, request: Request) -> Response:
        """A model proposes regions of a picture."""
        listed, record = self._listed(request), await self._studio.record(request)
        return await while_wanted(request, self._proposed(listed, record))

    async def _proposed(self, listed: ListedPicture, record: Record) -> Response:
        wanted = read_wanted(record)
        backend = self._studio.backends.get(wanted.model)
        if backend is None:
            raise not_found(wanted.model)
        if not backend.is_ready:
            raise ApiError(503, "this model is being loaded", code="loading")
        kept = await self._studio.pictures.keep(await self._file(listed))
        image = await asyncio.to_thread(self._studio.pictures.image, kept.id)
        async with self._asking[wanted.model]:
            try:
                found = await asyncio.to_thread(proposed, backend.asked(None), image, wanted)
            except UsageError:
                raise
            except DeixisError as failed:
                raise ApiError(502, str(failed), code="model_failed") from None
        regions = [region_json.to_record(region) for region in found.regions]
        return JSONResponse({"regions": regions, "why": dict(found.why)})

    def _change_labels(self, record: Record) -> None:
        names = self._folder.names
        match record:
            case {"add": list(added)} if all(isinstance(one, str) for one in added):
                names.add(added)
            case {"remove": str(name)}:
                names.remove(name)
            case {"name": str(name), "key": str(key)}:
                names.give_key(name, key)
            case _:
                raise ApiError(400, "labels are changed by add, remove, or name and key")

    def _listed(self, request: Request) -> ListedPicture:
        key = request.path_params["key"]
        found = self._folder.list.find(key)
        if found is None:
            raise ApiError(404, f"no picture of this folder is {shown(key)}", code="no_picture")
        return found

    async def _file(self, listed: ListedPicture) -> bytes:
        most = self._studio.serving.limits.picture_bytes
        return await asyncio.to_thread(_read, listed.path, most)


def labeller_of(request: Request) -> Labeller:
    """Whose request it is: the key's person, or who they say they are."""
    session = session_of(request.scope)
    said = clean(unquote(request.headers.get(BY, "")))[:LONGEST_NAME]
    window = request.headers.get(WINDOW, "")[:LONGEST_NAME]
    return Labeller(writer=f"{session.cookie}:{window}", by=session.person or said)


def _read(path: Path, most: int) -> bytes:
    try:
        return read_bytes(path, most=most)
    except OSError as refusal:
        raise UsageError(f"cannot read {path.name!r}: {refusal.strerror or refusal}") from None
