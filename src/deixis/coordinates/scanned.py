"""What a scanner finds in an answer, and where it goes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from deixis.coordinates.lexing import ATTRIBUTE_BEGUN, TAG_BEGUN, attributes_of, has_digit
from deixis.coordinates.values import Fields, Listed, Value


@final
@dataclass(slots=True)
class Token:
    """A token that is a number, such as <loc_12>, stands here."""

    prefix: str
    value: float
    start: int
    end: int
    has_point: bool


@final
@dataclass(frozen=True, slots=True)
class Parting:
    """Tokens before and after this are two rings of one outline (or two places)."""

    is_ring: bool


@final
@dataclass(slots=True)
class Element:
    """A tag with what stands in it, up to the tag that ends it, or to where it was cut off.

    `name` is none for tokens that stand in no tag, `cut` the attribute in which the text ends.
    The attributes' values begin at `starts`.
    """

    name: str | None
    attributes: dict[str, str]
    items: tuple["Value | Token | Parting", ...]
    content: tuple[int, int]
    start: int
    end: int
    closed: bool
    has_words: bool = False
    cut: str | None = None
    starts: Mapping[str, int] = field(default_factory=dict)


class Sink(ABC):
    """What was found in an answer goes here, as soon as it is complete. `tells_cut` says that what
    an object told before it was cut off is told; else it is kept back, since its name may follow.
    Without `reads_brackets` they are letters like others, as in the labels of tokens.
    """

    tells_cut: bool
    reads_brackets: bool

    @abstractmethod
    def value(
        self, value: Listed | Fields, around: "list[dict[str, Value]]", outermost: int
    ) -> None:
        """A list, object or call stands for itself; `around` are the fields so far of the objects
        that it stands in, the innermost first; the outermost bracket around it begins there.
        """

    @abstractmethod
    def element(self, element: Element) -> None:
        """A tag was found, or tokens that stand in none."""

    @abstractmethod
    def naming(self, start: int, end: int, until: int) -> None:
        """The words at `start` to `end` name what follows after `until`."""

    @abstractmethod
    def cut(self, start: int, end: int) -> None:
        """A list or object that told a place was cut off."""


def cut_element(text: str, start: int) -> Element | None:
    """A text ends in the attributes of the tag that begins at `start`, if they tell any number."""
    begun = TAG_BEGUN.match(text, start)
    if begun is None:
        return None
    written = begun["attributes"]
    cut = ATTRIBUTE_BEGUN.search(written)
    attributes, starts = attributes_of(written if cut is None else written[: cut.start()])
    if cut is not None:
        attributes[cut[1].lower()] = cut[2]
        starts[cut[1].lower()] = cut.start(2)
    if not has_digit("".join(attributes.values())):
        return None
    first, end = begun.start("attributes"), len(text)
    return Element(
        begun["name"].lower(),
        attributes,
        (),
        (end, end),
        start,
        end,
        closed=False,
        cut=cut[1] if cut is not None else "",
        starts={key: first + at for key, at in starts.items()},
    )
