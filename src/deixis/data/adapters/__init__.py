"""Regions of pictures are read from other tools' files, and written for them (docs/adapters.md)."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from deixis.core.catalog import Catalog
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.recognising import read_regions, recognised

adapters: Catalog[Adapter] = Catalog(
    kind="format of regions",
    package="deixis.data.adapters",
    group="deixis.adapters",
    interface=Adapter,
    rows={"voc": "pascal:formats", "voc_from_zero": "pascal:formats"},
    besides=("adapter", "folders", "glance", "losses", "outline_parts", "recognising"),
)


def format_of(path: str | os.PathLike[str]) -> str:
    """A file or folder is of this format; UsageError lists them where it is not clear."""
    return recognised(Path(path), adapters)


def regions_of(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    images: str | os.PathLike[str] | None = None,
    on_bad: OnBad | None = None,
) -> Iterator[Annotated]:
    """The pictures of a file or folder come one by one with their regions, whatever tool wrote it.

    Without `format` it is recognised; UsageError where none fits, or several do. With `images` each
    picture has to lie there. A bad row is a SampleError, or is given to `on_bad` and left out.
    """
    folder = None if images is None else Path(images)
    return read_regions(Path(path), adapters, format, folder, on_bad)


def write_regions(
    rows: Iterable[Annotated], path: str | os.PathLike[str], *, format: str
) -> tuple[Loss, ...]:
    """Pictures and their regions are written in a format, whole or not at all; what it cannot hold
    is told.
    """
    return adapters.get(format).write(rows, Path(path))


__all__ = [
    "Adapter",
    "Annotated",
    "FormatCard",
    "Loss",
    "OnBad",
    "adapters",
    "format_of",
    "regions_of",
    "write_regions",
]
