"""The folders in which an agent may read and write pictures; nothing outside of them is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final
from urllib.parse import unquote, urlsplit

from deixis.core.errors import UsageError
from deixis.core.picture_files import picture_format
from deixis.core.untrusted_text import shown

FILE = "file://"
LONGEST_PATH = 4096  # letters
MOST_NAMED = 3  # roots that a message names
MOST_COPIES = 1000


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Roots:
    """These folders, every symbolic link in their paths followed."""

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Sequence[Path]) -> "Roots":
        """The roots of a server; UsageError where one is no folder."""
        found: list[Path] = []
        for folder in folders:
            place = folder.expanduser()
            if not place.is_dir():
                raise UsageError(f"a root is a folder that is there, got {shown(str(folder))}")
            found.append(place.resolve())
        return cls(folders=tuple(dict.fromkeys(found)))

    def narrowed(self, uris: Sequence[str]) -> "Roots":
        """What of these folders lies in the client's roots, too; all of it where the client has
        none.
        """
        if not uris:
            return self
        wanted = [place for uri in uris if (place := _followed(uri)) is not None]
        kept = [
            inner
            for own in self.folders
            for place in wanted
            if (inner := _inner(own, place)) is not None
        ]
        return Roots(folders=tuple(dict.fromkeys(kept)))

    def to_read(self, path: str) -> Path:
        """The file that a path means, with its links followed. UsageError where it is outside, be
        there something or not, or where nothing is there.
        """
        place = self._inside(path)
        if not place.is_file():
            raise UsageError(f"there is no file {shown(path)} in {self}")
        return place

    def to_write(self, path: str, *, overwrites: bool = False) -> Path:
        """Where a picture may be written under that path: in a folder that is there. UsageError
        where a file is there already, unless it may be overwritten.
        """
        place = self._inside(path)
        picture_format(place)
        if not place.parent.is_dir():
            raise UsageError(f"cannot write {shown(path)}: there is no such folder")
        if place.is_dir() or (place.exists() and not overwrites):
            raise UsageError(
                f"{shown(path)} is there already: give another name, or overwrite=true"
            )
        return place

    def beside(self, picture: Path, word: str) -> Path:
        """A new name beside a picture, as street-marked.png beside street.jpg."""
        for number in range(1, MOST_COPIES):
            copy = "" if number == 1 else f"-{number}"
            place = picture.with_name(f"{picture.stem}-{word}{copy}.png")
            if not place.exists() and not place.is_symlink() and self._holds(place):
                return place
        raise UsageError(f"there are too many {picture.stem}-{word}-….png already: give out=")

    def __str__(self) -> str:
        named = ", ".join(map(str, self.folders[:MOST_NAMED]))
        more = len(self.folders) - MOST_NAMED
        return f"{named} and {more} more" if more > 0 else named or "no folder"

    def _inside(self, path: str) -> Path:
        told = _path_of(path)
        if told is None:
            raise UsageError(f"a path is of a file on this machine, got {shown(path)}")
        if not self.folders:
            raise UsageError("the client's roots and those of this server have no folder in common")
        places = [_resolved(folder / told) for folder in self.folders]
        inside = [place for place in places if place is not None and self._holds(place)]
        if not inside:
            raise UsageError(
                f"{shown(path)} is outside of what may be read here: {self}. The person who "
                "started this server can give it further folders: deixis mcp --root FOLDER"
            )
        return next((place for place in inside if place.exists()), inside[0])

    def _holds(self, place: Path) -> bool:
        return any(place.is_relative_to(folder) for folder in self.folders)


def uri_of(place: Path) -> str:
    """The address of a file on this machine."""
    return place.as_uri()


def _inner(one: Path, other: Path) -> Path | None:
    """The inner one of two folders, if one holds the other."""
    if one.is_relative_to(other):
        return one
    return other if other.is_relative_to(one) else None


def _path_of(path: str) -> Path | None:
    """A path as it is written, or a file's address; None for what can be neither."""
    if not path.strip() or len(path) > LONGEST_PATH:
        return None
    if path.lower().startswith(FILE):
        parts = urlsplit(path)
        if parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
            return None
        path = unquote(parts.path)
    if "\0" in path or "://" in path:
        return None
    return Path(path)


def _followed(uri: str) -> Path | None:
    place = _path_of(uri) if uri.lower().startswith(FILE) else None
    return None if place is None or not place.is_absolute() else _resolved(place)


def _resolved(place: Path) -> Path | None:
    try:
        found = place.resolve()
        found.exists()
        return found
    except (OSError, RuntimeError, ValueError):  # links in a circle, names too long
        return None
