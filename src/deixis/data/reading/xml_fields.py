"""Fields of XML's elements are read here: each is what it should be, or is told."""

import re
import xml.etree.ElementTree as tree
from collections.abc import Iterable

from deixis.core.errors import UsageError
from deixis.core.shapes import XY
from deixis.data.reading.fields import BadRowError, number, shown

# what XML cannot hold, however it is written
UNHELD = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def words_in(element: tree.Element, name: str) -> str:
    """An element below has these words, without the blanks around them."""
    words = (element.findtext(name) or "").strip()
    if not words:
        raise BadRowError(f"it has no <{name}>")
    return words


def number_in(element: tree.Element, name: str) -> float:
    """An element below holds a finite number."""
    return number_of(words_in(element, name), f"<{name}>")


def number_at(element: tree.Element, name: str) -> float:
    """An attribute is a finite number."""
    return number_of(text_at(element, name), f"{name!r}")


def text_at(element: tree.Element, name: str) -> str:
    """An attribute has to be there."""
    found = element.get(name)
    if found is None:
        raise BadRowError(f"<{element.tag}> has no {name!r}")
    return found


def number_of(words: str, what: str) -> float:
    """Words are a finite number."""
    try:
        return number(float(words), what)
    except ValueError:
        raise BadRowError(f"{what} is a number, got {shown(words)}") from None


def attributes_of(element: tree.Element, names: Iterable[str]) -> dict[str, float]:
    """Elements below hold numbers, by their names."""
    return {name: number_in(element, name) for name in names}


def places_at(element: tree.Element, name: str) -> list[XY]:
    """An attribute is a list of places, written x,y;x,y …."""
    found = []
    for pair in text_at(element, name).split(";"):
        x, comma, y = pair.partition(",")
        if not comma:
            raise BadRowError(f"{name!r} is x,y;x,y …, got {shown(pair)}")
        found.append((number_of(x, f"{name!r}"), number_of(y, f"{name!r}")))
    return found


def xml_text(root: tree.Element) -> str:
    """An element is written as a file, indented; characters that XML cannot hold are told."""
    for element in root.iter():
        for words in (element.text or "", *element.attrib.values()):
            if UNHELD.search(words):
                raise UsageError(f"XML cannot hold {shown(words)}")
    tree.indent(root)
    return f"{tree.tostring(root, encoding='unicode', xml_declaration=False)}\n"
