"""XML of annotations is hostile until read: it may declare no types or entities, nor be deep."""

import xml.etree.ElementTree as tree
from collections.abc import Iterator
from pathlib import Path
from typing import final
from xml.parsers import expat

from deixis.core.files import open_file, read_bytes
from deixis.data.reading.fields import BadRowError

MOST_BYTES, MOST_DEPTH = 2**24, 32
WINDOW = 2**16  # bytes


def read_xml(path: Path) -> tree.Element:
    """A file gives its root element; BadRowError says why it is refused."""
    try:
        data = read_bytes(path, most=MOST_BYTES)
    except OSError as error:
        raise BadRowError(f"cannot read {path}: {error.strerror}") from None
    try:
        return parse_xml(data)
    except BadRowError as problem:
        raise BadRowError(f"{path}: {problem}") from None


def parse_xml(data: bytes) -> tree.Element:
    """Bytes give their root element; BadRowError says why they are refused."""
    reader = _ElementReader(keep=None)
    reader.feed(data, is_last=True)
    return reader.root()


def elements(path: Path, *tags: str) -> Iterator[tree.Element]:
    """A file of any size gives the elements of these names that stand right below its root, one by
    one; BadRowError says why it is refused.
    """
    reader = _ElementReader(keep=frozenset(tags))
    try:
        with open_file(path) as file:
            while data := file.read(WINDOW):
                reader.feed(data)
                yield from reader.taken()
    except OSError as error:
        raise BadRowError(f"cannot read {path}: {error.strerror}") from None
    reader.feed(b"", is_last=True)
    yield from reader.taken()


def root_tag(path: Path) -> str:
    """A file's outermost element is called so; BadRowError where there is none."""
    reader = _ElementReader(keep=frozenset())
    with open_file(path) as file:
        while not reader.outermost and (data := file.read(WINDOW)):
            reader.feed(data)
    if not reader.outermost:
        raise BadRowError("the XML has no element")
    return reader.outermost


@final
class _ElementReader:
    """XML is read piece by piece: the whole tree, or elements of some names below the root."""

    def __init__(self, keep: frozenset[str] | None) -> None:
        self._keep = keep
        self.outermost = ""
        self._depth = self._size = 0
        self._builder: tree.TreeBuilder | None = None
        self._taken: list[tree.Element] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._words
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, data: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(data, is_last)
        except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: its encoding
            raise BadRowError(f"the XML is broken: {error}") from None

    def taken(self) -> list[tree.Element]:
        """These elements are whole by now; each is given once."""
        found, self._taken = self._taken, []
        return found

    def root(self) -> tree.Element:
        return self._taken[0]

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise BadRowError(f"the XML is nested deeper than {MOST_DEPTH}")
        self.outermost = self.outermost or tag
        is_first = self._depth == 1 if self._keep is None else self._depth == 2
        if is_first and (self._keep is None or tag in self._keep):
            self._builder, self._size = tree.TreeBuilder(), 0
        if self._builder is not None:
            self._grow(len(tag) + sum(map(len, attributes.values())))
            self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._builder is None:
            return
        self._builder.end(tag)
        if self._depth == (0 if self._keep is None else 1):
            self._taken.append(self._builder.close())
            self._builder = None

    def _words(self, words: str) -> None:
        if self._builder is not None:
            self._grow(len(words))
            self._builder.data(words)

    def _grow(self, num: int) -> None:
        self._size += num
        if self._size > MOST_BYTES:
            raise BadRowError(f"an element of the XML is larger than {MOST_BYTES} letters")

    def _refuse(self, *_: object) -> None:
        raise BadRowError("XML that declares types or entities is not read")
