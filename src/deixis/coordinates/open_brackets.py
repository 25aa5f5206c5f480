"""Brackets and tags that have not closed yet, and what of them is told where they never do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

from deixis.coordinates.scanned import Parting, Token
from deixis.coordinates.values import Fields, Listed, Number, Value, Words
from deixis.coordinates.vocabulary import EDGE_KEYS, OUTLINE_KEYS, PLACE_KEYS, POINT_EDGES

PLACE_NAMES = frozenset(
    (*PLACE_KEYS, *(name for names in (*EDGE_KEYS, *POINT_EDGES) for name in names))
)


@final
@dataclass(slots=True)
class OpenBracket:
    """A bracket or tag that has not closed yet."""

    kind: str  # a bracket, or "<"
    start: int
    inner: int
    name: str | None = None  # of a call or a tag
    attributes: dict[str, str] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    items: list[Value | Token | Parting] = field(default_factory=list)
    fields: list[tuple[str, Value]] = field(default_factory=list)
    key: str | None = None
    key_end: int = 0  # behind its colon
    is_kept: bool = False  # what closes in it is kept for it, not told at once
    sound: bool = True
    wants_value: bool = True
    num_words: int = 0

    def add(self, item: Value) -> None:
        """A value stands in it."""
        self.wants_value = False
        if self.key is not None:
            self.fields.append((self.key, item))
            self.key = None
        else:
            self.items.append(item)

    def forget_word(self, end: int) -> None:
        """The word that ends here is the name of a call, and no value."""
        if self.items and isinstance(self.items[-1], Words) and self.items[-1].end == end:
            self.items.pop()
        elif self.fields and isinstance(word := self.fields[-1][1], Words) and word.end == end:
            self.key = self.fields.pop()[0]

    def name_last(self, text: str, start: int, end: int) -> None:
        """What came last is the name of what comes next, if this colon follows it."""
        last = self.items[-1] if self.items else None
        if isinstance(last, Words) and self.kind in "{(" and self._is_name(last, text, start):
            self.key, self.key_end = last.value, end
            self.items.pop()
            self.wants_value = True
        else:
            self.sound = False

    def _is_name(self, last: Words, text: str, colon: int) -> bool:
        """A name is no number's unit, and nothing but blanks and a quote part it from its colon."""
        before = self.items[-2] if len(self.items) > 1 else None
        is_unit = isinstance(before, Number) and before.end == last.start
        return not is_unit and not text[last.end : colon].strip(" \t\r\n\"'")

    @property
    def is_named(self) -> bool:
        """Whether its values have names: an object, a call, or (x=1, y=2)."""
        return self.kind == "{" or self.name is not None or bool(self.fields)

    def closed(self, end: int, *, sound: bool) -> Listed | Fields:
        """It ends here, and is this value."""
        items = tuple(item for item in self.items if not isinstance(item, Token | Parting))
        if self.is_named:
            is_round = self.kind == "(" and self.name is None
            return Fields(tuple(self.fields), items, self.start, end, self.name, is_round)
        return Listed(items, self.start, end, self.kind == "(", self.sound and sound)

    def whole_part(self, end: int) -> tuple[Listed | Fields | None, int]:
        """Of what was cut off at `end`, this is complete, and from there on nothing is."""
        if not self.is_named:
            lists = tuple(item for item in self.items if isinstance(item, Listed | Fields))
            numbers = [item for item in self.items if isinstance(item, Number)]
            begin = self.start if numbers else end
            until = lists[-1].end if lists else self.start
            is_round = self.kind == "("
            return (Listed(lists, self.start, until, is_round, False) if lists else None, begin)
        fields = [(key, item) for key, item in self.fields if not _goes_on(item, end)]
        loose = [item for item in self.items if isinstance(item, Number)]
        until = max((item.end for _, item in fields if item is not None), default=self.start)
        begin = self.start if loose or not fields else until
        if until == self.start:
            return (None, begin)
        return (Fields(tuple(fields), (), self.start, until, self.name), begin)

    def left_of(
        self, end: int, *, tells: bool, key: str | None
    ) -> tuple[Listed | Fields | None, int]:
        """Of what was cut off at `end`, this is told, and from there on it is unread. An object is
        kept back as a whole where its name may have followed, unless it `tells`; so is an outline,
        which stands under such a `key`.
        """
        if not self.is_named and (key or "").lower() in OUTLINE_KEYS:
            return (None, self.start)
        if self.is_named and self.name is None and not tells:
            return (None, self.start if self.holds_place() else end)
        part, begin = self.whole_part(end)
        return (part, begin if self.holds_place() else end)

    def reads(self, value: Listed | Fields) -> bool:
        """Whether a value in it is read with it."""
        if self.kind == "<":
            return True
        return self.key is not None and (isinstance(value, Listed) or self.has_place(value))

    def has_place(self, value: Fields) -> bool:
        """Whether an object is the place that one of its fields tells: without a name of its own,
        as in {"bbox": {"x1": 1, …}, "label": "cup"}.
        """
        if self.key is None:
            return False
        if self.key.lower() == "keypoints":
            return True
        return not any(isinstance(item, Words) for _, item in value.fields)

    def holds_place(self) -> bool:
        """Whether it was about to tell a place of its own, or told a part of one."""
        if self.is_named:
            names = [key.lower() for key, _ in self.fields]
            names += [] if self.key is None else [self.key.lower()]
            loose = sum(isinstance(item, Number) for item in self.items)
            return not PLACE_NAMES.isdisjoint(names) or (self.name is not None and loose > 0)
        numbers = sum(isinstance(item, Number) for item in self.items)
        return numbers >= 2 or (numbers == 1 and self.sound and not self.num_words)


def _goes_on(value: Value, end: int) -> bool:
    """A number, or a bare word, at the end of a text may go on."""
    return isinstance(value, Number | Words) and value.end == end


def fields_around(stack: Sequence[OpenBracket]) -> list[dict[str, Value]]:
    """The objects that are open have these fields so far, the innermost first."""
    found: list[dict[str, Value]] = []
    for node in reversed(stack):
        if node.kind == "{":
            fields = {key.lower(): value for key, value in node.fields}
            found.append(fields if node.key is None else {**fields, node.key.lower(): None})
    return found
