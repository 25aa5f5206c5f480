"""Pictures come as bytes, and are shown as PNG or JPEG that we wrote, whole or by tiles."""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from deixis.core.errors import FetchError
from deixis.core.fetch import fetch_bytes
from deixis.core.untrusted_text import shown
from deixis.serve.api_error import ApiError
from deixis.serve.json_body import read_json
from deixis.studio.state import Studio

WHOLE, TILE = "/pictures/{name}", "/pictures/{name}/tiles/{level:int}/{x:int}/{y:int}"
KINDS = {".png": "image/png", ".jpg": "image/jpeg"}
FOR_GOOD = "private, max-age=31536000, immutable"
JSON = "application/json"


def routes(studio: Studio) -> list[Route]:
    """The routes of pictures."""

    async def kept(request: Request) -> Response:
        data = await studio.body(request)
        if request.headers.get("content-type", "").partition(";")[0].strip() == JSON:
            data = await _fetched(studio, read_json(data).get("url"))
        return JSONResponse((await studio.pictures.keep(data)).record())

    async def about(request: Request) -> Response:
        return JSONResponse(studio.pictures.about(request.path_params["name"]).record())

    async def whole(request: Request) -> Response:
        return _sent(studio.pictures.shown_file(request.path_params["name"]))

    async def tile(request: Request) -> Response:
        told = request.path_params
        place = studio.pictures.tile_file(told["name"], told["level"], told["x"], told["y"])
        return _sent(place)

    return [
        Route("/api/pictures", kept, methods=["POST"]),
        Route("/api/pictures/{name}", about, methods=["GET"]),
        Route(WHOLE, whole, methods=["GET"]),
        Route(TILE, tile, methods=["GET"]),
    ]


def _sent(place: Path) -> Response:
    """A picture's file. Whoever opens its address for itself gets it as a download."""
    return FileResponse(
        place,
        media_type=KINDS[place.suffix],
        headers={"cache-control": FOR_GOOD},
        filename=f"picture{place.suffix}",
    )


async def _fetched(studio: Studio, url: object) -> bytes:
    """What stands at a public address, where fetching is allowed."""
    if not isinstance(url, str):
        raise ApiError(400, f"url is a picture's web address, got {shown(url)}", param="url")
    if studio.serving.pictures.urls != "fetch":
        told = "this studio fetches no pictures: save it, and open the file"
        raise ApiError(400, told, param="url", code="url_denied")
    try:
        fetched = await asyncio.to_thread(fetch_bytes, url, studio.preparing.policy)
    except FetchError:  # whose words would tell what stands where
        told = "the picture's address is refused, or gave no picture"
        raise ApiError(400, told, param="url", code="picture_not_fetched") from None
    return fetched.data
