"""The pictures of a folder in one order, each with a key that tells nothing of where it lies."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import UsageError
from deixis.core.files import working_folder
from deixis.core.typed_json import is_whole_text

SUFFIXES = frozenset({".avif", ".bmp", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff"})
SUFFIXES |= {".webp", ".gif"}
KEY_LETTERS = 16
NUMBERS = re.compile(r"(\d+)")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPicture:
    """A picture to be labelled: `name` is seen from the folder, with slashes."""

    key: str
    name: str
    path: Path


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PictureList:
    """All pictures below a folder, as people count them: 2.png before 10.png. `num_unnamed` more
    have names that no text can hold.
    """

    folder: Path
    pictures: tuple[ListedPicture, ...]
    num_unnamed: int = 0

    @classmethod
    def of(cls, folder: Path) -> "PictureList":
        """The folder is looked through. UsageError where it has no picture.

        Hidden files are none of them, nor is what a link shows that leads out of the folder.
        """
        if not folder.is_dir():
            raise UsageError(f"there is no folder {str(folder)!r}, seen from {working_folder()}")
        names, num_unnamed = [], 0
        for name in _names(folder):
            if is_whole_text(name):
                names.append(name)
            else:
                num_unnamed += 1
        if not names:
            raise UsageError(f"there is no picture in {folder}: {', '.join(sorted(SUFFIXES))}")
        pictures = tuple(
            ListedPicture(key=key_of(name), name=name, path=folder / name)
            for name in sorted(names, key=_as_counted)
        )
        return cls(folder=folder, pictures=pictures, num_unnamed=num_unnamed)

    def find(self, key: str) -> ListedPicture | None:
        """The picture that has a key."""
        return next((one for one in self.pictures if one.key == key), None)


def key_of(name: str) -> str:
    """A picture's key follows from its name alone, so that it is the same tomorrow."""
    return hashlib.sha256(name.encode()).hexdigest()[:KEY_LETTERS]


def _names(folder: Path) -> Iterator[str]:
    root = os.path.realpath(folder)
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for file in files:
            path = Path(place) / file
            if file.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            real = os.path.realpath(path)
            if Path(real).is_file() and Path(root) in Path(real).parents:
                yield path.relative_to(folder).as_posix()


def _as_counted(name: str) -> tuple[list[tuple[int, str]], str]:
    parts = NUMBERS.split(name.casefold())
    return [(int(part[:100]) if part.isdecimal() else 0, part) for part in parts], name
