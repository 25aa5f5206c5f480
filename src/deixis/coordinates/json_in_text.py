"""JSON and Python literals are found in prose by one forward pass: never eval, never going back.

It takes what models write: fences and prose around, single quotes, bare keys, tuples, missing and
trailing commas, a list that was cut off. Time grows with the length of the text alone: nesting
deeper than 32 starts over, numbers longer than 18 digits are refused.
"""

import math
import re
from dataclasses import dataclass, field
from typing import TypeAlias, TypeGuard, final

DEPTH_LIMIT = 32
DIGIT_LIMIT = 18
OPENERS = {"[": "]", "(": ")", "{": "}"}
CLOSERS = {closer: opener for opener, closer in OPENERS.items()}
OPENING = re.compile(r"[\[({]")
TOKEN = re.compile(
    r"\s*(?:(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<word>[^\W\d]\w*)|(?P<open>[\[({])|(?P<close>[\])}])|(?P<comma>,)|(?P<colon>:)"
    r"|(?P<quote>[\"'])|(?P<other>\S))"
)
STRING_END = {
    '"': re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL),
    "'": re.compile(r"[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL),
}
ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))",
    re.DOTALL,
)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
CONSTANTS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}
NUMBER = re.compile(r"\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)\s*\Z")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ScannedList:
    """A list or tuple is not `sound` where something else than values stood between its
    brackets.
    """

    items: tuple[object, ...]
    start: int
    end: int
    round: bool
    sound: bool

    @property
    def num_numbers(self) -> int:
        """So many of its own items are numbers."""
        return sum(isinstance(item, float) for item in self.items)

    def numbers(self) -> tuple[float, ...] | None:
        """Its items are given if all are numbers, also those in quotes; else None."""
        found = [as_number(item) for item in self.items]
        kept = tuple(number for number in found if number is not None)
        return kept if self.sound and kept and len(kept) == len(found) else None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ScannedObject:
    """An object has fields in the text's order, and what stood in it without a name."""

    fields: tuple[tuple[str, object], ...]
    loose: tuple[object, ...]
    start: int
    end: int


Value: TypeAlias = ScannedList | ScannedObject


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Scanned:
    """Bracketed values stand in the text's order; spans were cut off before they closed."""

    values: tuple[Value, ...]
    tails: tuple[tuple[int, int], ...]


def scan(text: str) -> Scanned:
    """A text has these lists, tuples and objects."""
    return _Scanner(text=text).run()


def as_number(item: object) -> float | None:
    """An item may be a number, also one in quotes."""
    if isinstance(item, float):
        return item
    if isinstance(item, str) and len(item) <= DIGIT_LIMIT and NUMBER.match(item):
        return float(item)
    return None


@final
@dataclass(kw_only=True, slots=True)
class _Open:
    """A bracket that has not closed yet."""

    opener: str
    start: int
    items: list[object] = field(default_factory=list)
    fields: list[tuple[str, object]] = field(default_factory=list)
    key: str | None = None
    sound: bool = True
    wants_value: bool = True

    def add(self, item: object) -> None:
        if self.key is None:
            self.items.append(item)
        else:
            self.fields.append((self.key, item))
            self.key = None
        self.wants_value = False

    def name_last(self) -> None:
        if self.opener == "{" and self.items and isinstance(self.items[-1], str):
            self.key = str(self.items.pop())
        else:
            self.sound = False

    def closed(self, end: int, *, sound: bool) -> Value:
        if self.opener == "{":
            fields, loose = tuple(self.fields), tuple(self.items)
            return ScannedObject(fields=fields, loose=loose, start=self.start, end=end)
        return ScannedList(
            items=tuple(self.items),
            start=self.start,
            end=end,
            round=self.opener == "(",
            sound=self.sound and sound,
        )

    def complete_values(self) -> list[Value]:
        """What is whole in it counts although it never closed. An object keeps its own numbers
        back: with half of its fields it would be another region.
        """
        if self.opener == "{":
            return [value for _, value in self.fields if _holds_object(value)]
        return [item for item in self.items if isinstance(item, ScannedList | ScannedObject)]

    def holds_place(self, *, innermost: bool) -> bool:
        """Whether it was about to say a place of its own."""
        if self.opener == "{":
            own = [value for _, value in self.fields if not _holds_object(value)]
            return bool(own) or (innermost and self.key is not None)
        words = sum(isinstance(item, str) for item in self.items)
        numbers = sum(isinstance(item, float) for item in self.items)
        if self.opener == "(":
            return numbers >= 2 and not words and self.sound
        return numbers >= 2 or (numbers == 1 and not words and self.sound)


def _holds_object(value: object) -> TypeGuard[Value]:
    if isinstance(value, ScannedList):
        return any(isinstance(item, ScannedObject) for item in value.items)
    return isinstance(value, ScannedObject)


@final
@dataclass(kw_only=True, slots=True)
class _Scanner:
    text: str
    stack: list[_Open] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    tails: list[tuple[int, int]] = field(default_factory=list)
    endless: set[str] = field(default_factory=set)
    value_end: int = -1

    def run(self) -> Scanned:
        text, at = self.text, 0
        while True:
            if not self.stack:
                opening = OPENING.search(text, at)
                if opening is None:
                    break
                at = opening.start()
            token = TOKEN.match(text, at)
            if token is None:
                break
            at = self._take(str(token.lastgroup), token.start(str(token.lastgroup)), token.end())
        self._cut(len(text))
        return Scanned(values=tuple(self.values), tails=tuple(self.tails))

    def _take(self, kind: str, start: int, end: int) -> int:
        """One token is used; the scan goes on at the place that comes back."""
        if kind == "open":
            if len(self.stack) == DEPTH_LIMIT:
                self._cut(start)
            self.stack.append(_Open(opener=self.text[start], start=start))
            return end
        here = self.stack[-1]
        if kind in ("number", "word"):
            self._take_plain(here, kind, start, end)
        elif kind == "quote":
            return self._take_string(here, start)
        elif kind == "close":
            self._close(CLOSERS[self.text[start]], end)
        elif kind == "comma":
            here.sound = here.sound and not here.wants_value
            here.wants_value = True
        elif kind == "colon":
            here.name_last()
        else:
            here.sound = False
        return end

    def _take_plain(self, here: _Open, kind: str, start: int, end: int) -> None:
        if start == self.value_end:
            here.sound = False  # "4px", "1-2", "1.2.3"
        self.value_end = end
        if kind == "word":
            word = self.text[start:end]
            here.add(CONSTANTS.get(word.lower(), word))
        elif end - start > DIGIT_LIMIT + 6:
            here.sound = False
        else:
            digits = sum(character.isdigit() for character in self.text[start:end])
            here.sound = here.sound and digits <= DIGIT_LIMIT
            here.add(float(self.text[start:end]))

    def _take_string(self, here: _Open, start: int) -> int:
        quote = self.text[start]
        inside_word = self.text[start - 1].isalnum()  # 12" and dog's do not open a string
        end = None
        if not inside_word and quote not in self.endless:
            end = STRING_END[quote].match(self.text, start + 1)
            if end is None:
                self.endless.add(quote)
        if end is None:
            here.sound = False
            return start + 1
        here.add(_unescaped(self.text[start + 1 : end.end() - 1]))
        self.value_end = end.end()
        return end.end()

    def _close(self, opener: str, end: int) -> None:
        if all(node.opener != opener for node in self.stack):
            self.stack[-1].sound = False
            return
        sound = True
        while True:
            node = self.stack.pop()
            matches = node.opener == opener
            value = node.closed(end, sound=sound and matches)
            sound = sound and matches
            if self.stack:
                self.stack[-1].add(value)
            else:
                self.values.append(value)
            if matches:
                return

    def _cut(self, end: int) -> None:
        """Nothing more comes: what is whole is kept, and where the rest begins."""
        tail = None
        for node in self.stack:
            innermost = node is self.stack[-1]
            if tail is None and node.holds_place(innermost=innermost):
                tail = node.start
            self.values.extend(node.complete_values())
        if tail is not None and any(c.isdigit() for c in self.text[tail:end]):
            self.tails.append((tail, end))
        self.stack.clear()


def _unescaped(written: str) -> str:
    return ESCAPE.sub(_character, written) if "\\" in written else written


def _character(escape: re.Match[str]) -> str:
    high, low, code, plain = escape.groups()
    if high is not None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
    if code is not None:
        half = 0xD800 <= int(code, 16) <= 0xDFFF
        return "\ufffd" if half else chr(int(code, 16))
    return ESCAPED.get(plain, plain)
