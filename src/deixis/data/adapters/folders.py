"""Formats of a file a picture are written as a folder that is there whole or not at all."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, remove, write_bytes, write_text


@final
class NewFolder:
    """A folder gets files, each name once; two pictures that differ in their endings only are
    refused.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: dict[str, str] = {}

    def write(self, image: str, below: str, suffix: str, content: str | bytes) -> None:
        """The file of a picture has its name with another ending, below a folder."""
        stem = stem_of(image)
        other = self._written.get(stem.casefold())
        if other is not None:
            raise UsageError(
                f"{other!r:.200} and {image!r:.200} would be written to one file; "
                "give the pictures names of their own"
            )
        self._written[stem.casefold()] = image
        self.put(f"{below}{stem}{suffix}", content)

    def put(self, name: str, content: str | bytes) -> None:
        """A file of that name is written."""
        path = self.folder / name
        make_folder(path.parent)
        if isinstance(content, bytes):
            write_bytes(path, content)
        else:
            write_text(path, content)


@contextmanager
def new_folder(path: Path) -> Iterator[NewFolder]:
    """A folder is written beside its place and put there in the end; UsageError where there is
    something already.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise UsageError(f"{path} is there already; choose a new folder")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    make_folder(draft)
    try:
        yield NewFolder(draft)
        try:
            if path.exists():
                path.rmdir()
            draft.rename(path)
        except OSError as refusal:
            raise UsageError(f"cannot write {path}: {refusal.strerror or refusal}") from None
    finally:
        if draft.exists():
            remove(draft)


def stem_of(image: str) -> str:
    """A picture's name has its folders, and no ending."""
    return str(PurePosixPath(image.replace("\\", "/")).with_suffix(""))
