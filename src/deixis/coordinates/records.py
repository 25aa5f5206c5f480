"""Lists, objects and calls of an answer are turned into groups of numbers, with their names."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from deixis.coordinates.groups import Form, Group, GroupedRecord
from deixis.coordinates.lexing import has_digit
from deixis.coordinates.values import (
    Fields,
    Listed,
    Number,
    Value,
    Words,
    all_numbers,
    as_number,
    count_numbers,
)
from deixis.coordinates.vocabulary import (
    ACTIONS,
    AMOUNTS,
    ARGUMENTS,
    BOX_KEYS,
    EDGE_KEYS,
    EXTENT_KEYS,
    LABEL_KEYS,
    OTHER_NUMBERS,
    OUTLINE_KEYS,
    PLACE_KEYS,
    POINT_EDGES,
    TEXT_KEYS,
    TYPING,
    action_of,
)

EDGE_NAMES = frozenset(name for names in (*EDGE_KEYS, *POINT_EDGES) for name in names)
WIDTH_MEANT = "x, y with a width and a height: a corner, or the centre?"
MUDDLED = "numbers among other things between brackets"
NO_OUTLINE = "an outline has three pairs or more"
HALF = "an x without its y, or a y without its x"
UNKNOWN_NAME = "numbers under a name that tells no place"
TOOL_KEYS = frozenset(("arguments", "args", "input", "parameters"))
TYPING_KEYS = frozenset(("action", "action_type", "type", "press_enter"))
NO_PLACE = "no place is told where one is named"


@final
@dataclass(slots=True)
class Context:
    """A value stands under this key, in this call or tag, and is called so."""

    key: str | None = None
    call: str | None = None
    tag: str | None = None
    label: str | None = None
    closed: bool = True

    def under(self, key: str | None, label: str | None) -> "Context":
        """The same under another key, and of another name."""
        return Context(key, self.call, self.tag, label, self.closed)


class ValueFindings(ABC):
    """What was found in a value goes here."""

    @abstractmethod
    def group(self, group: Group) -> None:
        """A group of numbers stands for itself."""

    @abstractmethod
    def record(self, record: GroupedRecord) -> None:
        """An object holds these groups."""

    @abstractmethod
    def leave(self, start: int, end: int, reason: str) -> None:
        """A piece could be a place, and is none that is understood."""

    @abstractmethod
    def name(self, start: int, end: int) -> None:
        """A piece is a name or a text, and no place."""

    @abstractmethod
    def count(self) -> int:
        """So much was found, read or not."""

    @abstractmethod
    def nested(self, words: Words, context: Context) -> None:
        """A text in quotes may hold places."""


@final
@dataclass(frozen=True, slots=True)
class Walk:
    """A walk goes once through a value."""

    found: ValueFindings

    def value(self, value: Value, context: Context) -> None:
        """Whatever stands in an answer."""
        if isinstance(value, Fields):
            if value.call is not None:
                self._call(value, context)
            else:
                self._object(value, context)
        elif isinstance(value, Listed):
            self._listed(value, context, self.found.group)
        elif isinstance(value, Words):
            self.found.nested(value, context)

    def _listed(self, listed: Listed, context: Context, out: Callable[[Group], None]) -> None:
        numbers = listed.numbers()
        if numbers is not None and len(numbers) > 1:
            is_code = context.call not in (None, *ACTIONS) and context.key is None
            group = _group(listed, numbers, context)
            out(replace(group, is_code=True) if is_code else group)
            return
        if _is_muddled(listed):
            self.found.leave(listed.start, listed.end, MUDDLED)
            return
        outline = _outline(listed, context)
        if outline is not None:
            out(outline)
            return
        for item in listed.items:
            if isinstance(item, Listed):
                self._listed(item, context, out)
            else:
                self.value(item, context)

    def _object(self, found: Fields, context: Context) -> None:
        fields = found.named()
        label = label_of(fields) or context.label
        inner = context.under(None, label)
        groups: list[Group] = []
        used = self._edges(found, fields, inner, groups)
        if not used:
            used = self._keyed(found, fields, inner, groups)
        self._record(found, fields, groups)
        self._rest(found, fields, used, context.under(context.key, label))

    def _record(self, found: Fields, fields: dict[str, Value], groups: list[Group]) -> None:
        if groups:
            told = tuple(groups)
            self.found.record(
                GroupedRecord(groups=told, fields=fields, start=found.start, end=found.end)
            )

    def _edges(
        self, found: Fields, fields: dict[str, Value], context: Context, out: list[Group]
    ) -> set[str]:
        """Named numbers of an object or a call are places; their names are given back."""
        if EDGE_NAMES.isdisjoint(fields):
            return set()
        whole, named = (found.start, found.end), replace(context, closed=True)
        for names in EDGE_KEYS:
            if all(name in fields for name in names):
                numbers = all_numbers(fields[name] for name in names)
                if numbers is None:
                    self.found.leave(*whole, NO_PLACE)
                else:
                    out.append(
                        grouped("edges", numbers, named, whole, names=names, call=named.call)
                    )
                return set(names)
        used: set[str] = set()
        for pair in POINT_EDGES:
            if all(name in fields for name in pair):
                numbers = all_numbers(fields[name] for name in pair)
                extent = EXTENT_KEYS & fields.keys()
                if numbers is None or extent:
                    self.found.leave(*whole, WIDTH_MEANT if extent else NO_PLACE)
                else:
                    told = {"names": pair, "call": named.call, "is_round": found.is_round}
                    out.append(grouped("edges", numbers, named, whole, **told))
                used |= {*pair, *extent}
            elif any(isinstance(fields.get(name), Number) for name in pair):
                self.found.leave(*whole, HALF)
                used |= {*pair}
        out.sort(key=lambda group: _first_place(found, group.names))
        return used

    def _keyed(
        self, found: Fields, fields: dict[str, Value], context: Context, out: list[Group]
    ) -> set[str]:
        """Fields that hold places are read by their names, which are given back."""
        used: set[str] = set()
        for key, value in found.fields:
            small = key.lower()
            if small not in PLACE_KEYS or fields[small] is not value:
                continue
            keyed = context.under(small, context.label)
            if isinstance(value, Listed):
                corners = _two_corners(value) if small in BOX_KEYS else None
                if corners is not None:
                    out.append(_group(value, corners, keyed))
                elif small in OUTLINE_KEYS and not _has_outline(value, keyed):
                    self.found.leave(value.start, value.end, NO_OUTLINE)
                else:
                    self._listed(value, keyed, out.append)
            elif isinstance(value, Fields | Words):
                before = self.found.count() + len(out)
                self._under(value, keyed, out)
                told = self.found.count() + len(out) > before
                if (
                    isinstance(value, Words)
                    and not told
                    and has_digit(value.value)
                    and small != "mask"
                ):
                    self.found.leave(found.start, found.end, NO_PLACE)
            elif as_number(value) is not None:
                continue
            used.add(small)
        return used

    def _under(self, value: Fields | Words, context: Context, out: list[Group]) -> None:
        """A text or an object tells the place of a field."""
        if isinstance(value, Fields):
            inner: list[Group] = []
            if value.call is None and self._edges(value, value.named(), context, inner):
                out.extend(inner)
            elif context.key == "keypoints" and value.call is None:
                for name, one in value.fields:
                    self.value(one, replace(context, label=name))
            else:
                self.value(value, context)
        elif context.key != "mask":
            self.found.nested(value, context)

    def _rest(
        self, found: Fields, fields: dict[str, Value], used: set[str], context: Context
    ) -> None:
        """What is no place of its own may hold others."""
        for key, value in found.fields:
            small = key.lower()
            if small in used and fields[small] is value:
                continue
            if isinstance(value, Words):
                self._text(small, value, context)
            elif isinstance(value, Listed) and value.numbers() is not None:
                if small not in OTHER_NUMBERS and count_numbers(value) > 1:
                    self.found.leave(value.start, value.end, UNKNOWN_NAME)
                else:
                    self.found.name(value.start, value.end)
            elif small not in OTHER_NUMBERS:
                self.value(value, context.under(None, context.label))
        for loose in found.loose:
            self.value(loose, context.under(None, context.label))

    def _text(self, key: str, words: Words, context: Context) -> None:
        """A text is a name, words that are typed, or an answer within the answer."""
        is_json = context.call is None and words.value.lstrip()[:2] in ('{"', "[{", "``", "{'")
        if key in TEXT_KEYS and not is_json:
            self.found.name(words.start, words.end)
        else:
            self.found.nested(words, context.under(None, context.label))

    def _call(self, call: Fields, context: Context) -> None:
        """The arguments of an action are places; those of other calls are code."""
        action = action_of(str(call.call))
        fields = call.named()
        if action not in ACTIONS and ARGUMENTS.isdisjoint(fields):
            self._other_call(call, action, context)
            return
        label = fields.get("element_info", fields.get("element"))
        called = label.value if isinstance(label, Words) and label.value.strip() else None
        inner = replace(context, call=action, key=None, label=called)
        groups: list[Group] = []
        used = self._edges(call, fields, inner, groups)
        used |= self._keyed(call, fields, inner, groups) if not used else set()
        loose = all_numbers(call.loose)
        if loose and not groups and len(loose) > 1:
            skipped = 1 if action in AMOUNTS else 0
            if not skipped or len(loose) > 2:
                groups.append(_group(call, loose[skipped:], inner))
        self._record(call, fields, groups)
        loose_values = () if loose else call.loose
        rest = Fields(call.fields, loose_values, call.start, call.end, call.call)
        self._rest(rest, fields, used, inner)

    def _other_call(self, call: Fields, action: str, context: Context) -> None:
        """Words before a bracket are a name, as in "the cup(100,100),(300,400)", or code."""
        numbers = all_numbers(call.loose)
        if not call.fields and numbers is not None and len(numbers) in (2, 4):
            begin = call.start + len(str(call.call))
            listed = Listed(call.loose, begin, call.end, True, True)
            self.found.group(replace(_group(listed, numbers, context), is_code=True))
            return
        inner = replace(context, key=None, call=action)
        named = [(key.lower(), value) for key, value in call.fields]
        for key, value in (*named, *(("", value) for value in call.loose)):
            if isinstance(value, Words) and (key in TEXT_KEYS or (not key and action in TYPING)):
                self.found.name(value.start, value.end)
            elif not (isinstance(value, Words) and action in TYPING):  # the audit looks at it
                self.value(value, inner)


def label_of(fields: Mapping[str, Value]) -> str | None:
    """An object is called so; the name of a tool that is called is no label, nor is a text that an
    agent types.
    """
    for key in LABEL_KEYS:
        value = fields.get(key)
        if not isinstance(value, Words) or not value.value.strip():
            continue
        is_tool = key == "name" and not TOOL_KEYS.isdisjoint(fields)
        is_typed = key == "text" and not TYPING_KEYS.isdisjoint(fields)
        if not is_tool and not is_typed:
            return value.value
    return None


def grouped(  # Any: other fields of a group
    form: Form, numbers: Sequence[Number], context: Context, span: tuple[int, int], **told: Any
) -> Group:
    """Numbers that stand there are a group, in what is around them."""
    return Group(
        form=form,
        numbers=tuple(number.value for number in numbers),
        start=span[0],
        end=span[1],
        label=context.label,
        key=context.key,
        tag=context.tag,
        has_fraction=any(number.has_point for number in numbers),
        closed=context.closed,
        **told,
    )


def _group(value: Listed | Fields, numbers: Sequence[Number], context: Context) -> Group:
    form: Form = "outline" if context.key in OUTLINE_KEYS and len(numbers) > 4 else "list"
    is_round = isinstance(value, Listed) and value.is_round
    span = (value.start, value.end)
    return grouped(form, numbers, context, span, call=context.call, is_round=is_round)


def _has_outline(value: Listed, context: Context) -> bool:
    """Whether a list, or one in it, is an outline."""
    numbers = value.numbers()
    if numbers is not None:
        return len(numbers) > 4
    inner = [item for item in value.items if isinstance(item, Listed)]
    return _outline(value, context) is not None or any(_has_outline(one, context) for one in inner)


def _is_muddled(listed: Listed) -> bool:
    """Numbers stand beside lists, or in square brackets beside signs, as in [1.2.3, 4]."""
    own = sum(isinstance(item, Number) for item in listed.items)
    words = any(isinstance(item, Words) for item in listed.items)
    if own and any(isinstance(item, Listed) for item in listed.items):
        return own > 1 or not words
    return own > 1 and not words and not listed.sound and not listed.is_round


def _first_place(found: Fields, names: Iterable[str]) -> int:
    """The first of these fields stands here."""
    return min(i for i, (key, _) in enumerate(found.fields) if key.lower() in names)


def _pairs(listed: Listed) -> list[tuple[Number, ...]] | None:
    """All items are pairs of numbers."""
    pairs: list[tuple[Number, ...]] = []
    for item in listed.items:
        numbers = item.numbers() if isinstance(item, Listed) else None
        if numbers is None or len(numbers) != 2:
            return None
        pairs.append(numbers)
    return pairs


def _two_corners(value: Listed) -> tuple[Number, ...] | None:
    """[[x0, y0], [x1, y1]] is read as four numbers."""
    pairs = _pairs(value)
    if pairs is None or len(pairs) != 2:
        return None
    return (*pairs[0], *pairs[1])


def _outline(listed: Listed, context: Context) -> Group | None:
    """Three pairs or more under a name of outlines are one."""
    if context.key not in OUTLINE_KEYS:
        return None
    pairs = _pairs(listed)
    if pairs is None or len(pairs) < 3:
        return None
    numbers = [number for pair in pairs for number in pair]
    return replace(_group(listed, numbers, context), form="outline")
