"""Pictures never lie outside of their folder, whatever a row says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import final

from deixis.core.errors import UsageError
from deixis.data.reading.fields import BadRowError, shown


def folder_of_pictures(given: Path | None, *usual: Path) -> Path:
    """Pictures lie in the given folder, else in the first usual one that is there; UsageError names
    the given or the first usual one where there is none.
    """
    path = given or first_there(*usual) or usual[0]
    if not path.is_dir():
        raise UsageError(f"there is no folder of pictures {str(path)!r}; say which with --images")
    return path


def folder_beside(file: Path, given: Path | None) -> Path:
    """Pictures lie in the given folder, else in `images` beside the file, else beside it."""
    return folder_of_pictures(
        given, file.parent / "images" if (file.parent / "images").exists() else file.parent
    )


def picture_in(folder: Path, name: str) -> Path:
    """The picture of that name lies in a folder; BadRowError if it lies elsewhere or is not
    there.
    """
    if is_outside(name):
        raise BadRowError(f"the image {shown(name)} lies outside of {folder}")
    path = folder / name
    if not is_there(path):
        raise BadRowError(f"there is no image {shown(name)} in {folder}")
    return path


def is_there(path: Path) -> bool:
    """Whether a file lies there; it does not where no file can have the name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_outside(name: str) -> bool:
    """Whether a name leads out of the folder that it is looked for in, on any system."""
    other = PureWindowsPath(name)  # knows both kinds of slashes
    return bool(
        Path(name).is_absolute() or other.drive or other.root or ".." in other.parts or not name
    )


def first_there(*paths: Path) -> Path | None:
    """The first path that is there is taken."""
    return next((path for path in paths if path.exists()), None)


def found_file(folder: Path, *names: str) -> Path:
    """A published file is found in its folder, or was given itself."""
    if folder.is_file():
        return folder
    found = first_there(*(folder / name for name in names))
    if found is None:
        expected = " or ".join(repr(name) for name in names)
        raise UsageError(f"there is no {expected} in {str(folder)!r}")
    return found


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PictureFolders:
    """Pictures lie in the given folder, each of them; where none is given they may lie in a usual
    one, or nowhere.
    """

    given: Path | None
    usual: Sequence[Path] = ()

    def __post_init__(self) -> None:
        if self.given is not None:
            folder_of_pictures(self.given)

    def find(self, name: str) -> Path | None:
        """The picture of that name is this file; BadRowError if its name leads elsewhere, or if it
        is not in the given folder.
        """
        if is_outside(name):
            raise BadRowError(f"the image {shown(name)} lies outside of its folder")
        if self.given is not None:
            return picture_in(self.given, name)
        return next((one / name for one in self.usual if is_there(one / name)), None)
