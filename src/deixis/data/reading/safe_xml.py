"""XML of annotations is hostile until read: it may declare no types or entities, nor be deep."""

import xml.etree.ElementTree as tree
from pathlib import Path
from xml.parsers import expat

from deixis.core.files import read_bytes
from deixis.data.reading.fields import BadRowError

MOST_BYTES, MOST_DEPTH = 2**24, 32


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
    parser = expat.ParserCreate()
    builder = tree.TreeBuilder()
    depth = 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise BadRowError(f"the XML is nested deeper than {MOST_DEPTH}")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: object) -> None:
        raise BadRowError("XML that declares types or entities is not read")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: its encoding
        raise BadRowError(f"the XML is broken: {error}") from None
    return builder.close()
