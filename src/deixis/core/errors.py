"""Every error that Deixis raises, as one tree.

DeixisError
├── UsageError                what you passed cannot be used: expected, got, what to do
│   ├── RegionError           a region that cannot be: NaN, reversed, empty, outside of its image
│   ├── ImageError            a picture that is refused: format, size, truncated, hostile
│   ├── FetchError            a URL that is refused or did not answer as an image should
│   ├── NoRoomError           tags that do not fit on a picture of that size
│   ├── UnknownNameError      no such dialect, model family, mark …; names the nearest
│   ├── MissingExtraError     an optional package is needed; names its pip install
│   └── UnsupportedError      this model or dialect cannot do what was asked
├── SampleError               one bad row of a data set; names the data set and the row
├── ModelError                a checkpoint that is broken, unsafe or not what it claims
├── TrainingError             a run that cannot go on: the loss is not a number, the disk is full
└── RemoteError               a server that failed, timed out or answered nonsense
"""

import copy
import difflib
from collections.abc import Iterable
from typing import final

# what others call what we have, where the spelling would not lead there
MEANT = {
    "bbox": "box",
    "bounds": "box",
    "circle": "ellipse",
    "oval": "ellipse",
    "rect": "box",
    "dot": "point",
    "line": "stroke",
    "outline": "contour",
    "segmentation": "polygon",
    "square": "rectangle",
    "crop": "cropped",
    "dim": "dimmed",
    "tag": "tagged",
    "colour": "color",
    "turquoise": "cyan",
    "pink": "magenta",
    "violet": "purple",
}
LONGEST_NAME = 200  # letters of a name that nobody has, as they are told


class DeixisError(Exception):
    """The root: `except DeixisError` catches all that Deixis raises on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        """Errors travel between processes as they are, whatever their class is made with."""
        return _rebuilt, (type(self), self.args, self.__dict__)

    def at(self, where: str) -> "DeixisError":
        """The same error, told with where it came up."""
        error = copy.copy(self)
        error.args = (f"{where}: {self}",)
        return error


def _rebuilt(kind: type[DeixisError], words: tuple[object, ...], more: dict[str, object]) -> object:
    error = kind.__new__(kind)
    error.args = words
    error.__dict__.update(more)
    return error


class UsageError(DeixisError):
    """The caller made a mistake. The command line prints it without a traceback and exits 2."""


@final
class RegionError(UsageError):
    """A region cannot be: it is NaN, its corners are reversed, it is empty or wholly outside."""


@final
class ImageError(UsageError):
    """A picture is refused, with the reason."""


@final
class FetchError(UsageError):
    """A URL is refused, or did not give an image."""


@final
class UnsupportedError(UsageError):
    """A model or a dialect cannot do what was asked."""


@final
class NoRoomError(UsageError):
    """A picture has no room for its tags; a larger copy may have it."""


@final
class UnknownNameError(UsageError):
    """No file and no entry point has this name; `package` is one that would bring it."""

    def __init__(
        self, *, kind: str, name: str, known: Iterable[str], package: str | None = None
    ) -> None:
        names = sorted(known)
        if len(name) > LONGEST_NAME:
            name = f"{name[:LONGEST_NAME]}…"
        meant = MEANT.get(name.casefold())
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        near = [meant] if meant in names else near
        hint = f"; did you mean {near[0]!r}?" if near else "."
        if package is not None:
            hint = f": pip install {package} (in a clone -e lab) brings such names."
        super().__init__(f"no {kind} named {name!r}{hint} Known: {', '.join(names) or 'none'}")


@final
class MissingExtraError(UsageError):
    """An optional package is not installed."""

    def __init__(self, *, package: str, extra: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the package {package!r}: pip install 'deixis[{extra}]', or in a "
            f"clone pip install -e '.[{extra}]'"
        )


@final
class SampleError(DeixisError):
    """One row of a data set is bad."""

    def __init__(self, *, dataset: str, row: int | str, reason: str) -> None:
        super().__init__(f"{dataset}, row {row}: {reason}")


@final
class ModelError(DeixisError):
    """A checkpoint is broken, unsafe to load, or not what it claims to be."""


@final
class TrainingError(DeixisError):
    """A run cannot go on; its last checkpoint stays as it is."""


class RemoteError(DeixisError):
    """A server failed, timed out, or answered what cannot be read.

    `answers` holds what it had answered of the same call, in the questions' order, None where it
    had not: what was paid for is not lost with the rest.
    """

    def __init__(self, message: str, *, answers: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.answers = answers
