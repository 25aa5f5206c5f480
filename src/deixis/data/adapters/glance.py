"""A glance at a file tells what it may be, without reading all of it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, final

from deixis.core.errors import DeixisError
from deixis.core.files import open_file
from deixis.core.json_lines import parse
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.json_rows import LINES
from deixis.data.reading.json_stream import JsonStream, json_stream
from deixis.data.reading.safe_xml import root_tag

MOST_ITEMS = 1000  # of a list, before what stands behind it is left unread
HEAD = 2**16  # bytes
CHUNK = 2**20  # bytes


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """`tag` is the root of XML. `names` are those of JSON's outer object, as far as they were seen,
    each with its value, or with the first of its list; a list's own first value has the name "".
    """

    tag: str = ""
    names: Mapping[str, Any] = field(default_factory=dict)  # Any: what JSON holds

    def has(self, *names: str) -> bool:
        """Whether all these names are there."""
        return all(name in self.names for name in names)

    def first_has(self, name: str, *fields: str) -> bool:
        """Whether the first value of a list is an object with all these fields."""
        first = self.names.get(name)
        return isinstance(first, dict) and all(one in first for one in fields)


def glance(path: Path) -> Glance:
    """A file is looked at; what is broken or no file looks like nothing."""
    with suppress(DeixisError, BadRowError, OSError, ValueError):
        if path.suffix == LINES:
            return Glance(names={"": _first_line(path)})
        if path.suffix == ".json":
            with json_stream(path) as stream:
                return Glance(names=dict(_json_names(stream)))
        if path.suffix == ".xml":
            return Glance(tag=root_tag(path))
    return Glance()


def head(path: Path, size: int = HEAD) -> bytes:
    """A file begins so; nothing where it cannot be read."""
    with suppress(OSError), open_file(path) as file:
        return file.read(size)
    return b""


def first_of(path: Path, *words: bytes) -> bytes | None:
    """Of these words, this is the first that stands in a file."""
    overlap = max(len(word) for word in words)
    with suppress(OSError), open_file(path) as file:
        before = b""
        while piece := file.read(CHUNK):
            text = before + piece
            places = {text.find(word): word for word in words if word in text}
            if places:
                return places[min(places)]
            before = text[-overlap:]
    return None


def _first_line(path: Path) -> Any:  # Any: what JSON holds
    with open_file(path) as file:
        for line in islice(file, MOST_ITEMS):
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                return parse(line)
    return None


def _json_names(stream: JsonStream) -> Iterator[tuple[str, Any]]:  # Any: what JSON holds
    if stream.opens_with("["):
        yield "", next((item.value for item in stream.items()), None)
        return
    for name in stream.members():
        if not stream.opens_with("["):
            yield name, stream.value().value
            continue
        items = stream.items()
        yield name, next((item.value for item in islice(items, 1)), None)
        if sum(1 for _ in islice(items, MOST_ITEMS)) == MOST_ITEMS:
            return
