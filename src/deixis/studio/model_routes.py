"""Which models can be asked, and what the page shows when it opens."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deixis._version import __version__
from deixis.core.files import read_bytes
from deixis.studio.guard import session_of
from deixis.studio.state import Studio


def routes(studio: Studio) -> list[Route]:
    """The routes of models, and of what the command named."""

    async def models(_: Request) -> Response:
        failed = studio.backends.failed()
        listed = studio.backends.listed()
        for model in listed:
            if model["id"] in failed:
                model["deixis"]["error"] = failed[model["id"]]
        return JSONResponse({"object": "list", "data": listed})

    async def start(request: Request) -> Response:
        """The pictures that the command named, whether there is a folder, and who looks at it."""
        most = studio.serving.limits.picture_bytes
        kept = [await studio.pictures.keep(read_bytes(path, most=most)) for path in studio.given]
        names = [path.name for path in studio.given]
        pictures = [{**one.record(), "name": name} for one, name in zip(kept, names, strict=True)]
        folder = None if studio.folder is None else studio.folder.name
        person = session_of(request.scope).person
        told = {"pictures": pictures, "folder": folder, "person": person, "version": __version__}
        return JSONResponse(told)

    return [
        Route("/api/models", models, methods=["GET"]),
        Route("/api/start", start, methods=["GET"]),
    ]
