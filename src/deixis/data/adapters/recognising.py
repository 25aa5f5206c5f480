"""Regions are read from any file whose format is known, or recognised."""

from collections.abc import Iterator
from pathlib import Path

from deixis.core.catalog import Catalog
from deixis.core.errors import UsageError
from deixis.core.files import working_folder
from deixis.data.adapters.adapter import Adapter, Annotated, OnBad
from deixis.data.reading.fields import BadRowError

SAYING = "format=NAME, or --from or --format on the command line"
LINE = '{"image": "cup.jpg", "box": [x0, y0, x1, y1], "label": "cup"}'


def recognised(path: Path, catalog: Catalog[Adapter]) -> str:
    """The name of the one format that a file or folder is of; UsageError where none or several
    could be.
    """
    if not path.exists():
        raise UsageError(f"there is no {str(path)!r}, seen from {working_folder()}")
    found = [name for name in catalog.names() if catalog.get(name).recognises(path)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{str(path)!r} could be {' or '.join(found)}: say which, {SAYING}")
    raise UsageError(
        f"{str(path)!r} is of no format that is recognised: say which it is, {SAYING}, of "
        f"{', '.join(catalog.names())}; a line of your own is {LINE}"
    )


def read_regions(
    path: Path,
    catalog: Catalog[Adapter],
    format: str | None,
    images: Path | None,
    on_bad: OnBad | None,
) -> Iterator[Annotated]:
    """The pictures of a file are read in its format, which is asked for at once."""
    adapter = catalog.get(format if format is not None else recognised(path, catalog))
    if not path.exists():
        raise UsageError(f"there is no {str(path)!r}, seen from {working_folder()}")
    return _told(adapter.read(path, images=images, on_bad=on_bad))


def _told(rows: Iterator[Annotated]) -> Iterator[Annotated]:
    """What breaks outside of any row is the user's file, too."""
    try:
        yield from rows
    except BadRowError as problem:
        raise UsageError(str(problem)) from None
