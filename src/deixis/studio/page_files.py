"""The files of the pages: what stands in the folder `page` when the studio starts, no others."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "page"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PageFile:
    """A file as it is sent."""

    content: bytes
    kind: str
    tag: str


@final
class PageFiles:
    """All files, by the paths under which a browser asks for them; "/" is the `entry`."""

    def __init__(self, entry: str, folder: Path = FOLDER) -> None:
        self._files = dict(_read(folder))
        if entry in self._files:
            self._files[""] = self._files[entry]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and path.removeprefix("/") in self._files

    @property
    def sizes(self) -> Mapping[str, int]:
        """The bytes of each file."""
        return {name: len(file.content) for name, file in self._files.items() if name}

    def answer(self, request: Request) -> Response:
        """The file that a request is for."""
        file = self._files[request.url.path.removeprefix("/")]
        headers = {"cache-control": "no-cache", "etag": file.tag}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, headers={**headers, "content-type": file.kind})


def _read(folder: Path) -> list[tuple[str, PageFile]]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in KINDS and path.is_file():
            content = path.read_bytes()
            tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
            file = PageFile(content=content, kind=KINDS[path.suffix], tag=tag)
            found.append((path.relative_to(folder).as_posix(), file))
    return found
