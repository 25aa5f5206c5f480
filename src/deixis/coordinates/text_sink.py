"""What a scanner finds in a text becomes places of a dialect, or unread pieces of the answer."""

import re
from typing import TYPE_CHECKING, final

from typing_extensions import override

from deixis.coordinates.audit import is_no_place
from deixis.coordinates.element_groups import (
    bare_numbers,
    joined_corners,
    plain_group,
    token_groups,
)
from deixis.coordinates.groups import Group, GroupedRecord, ToldPiece
from deixis.coordinates.labels import cleaned, read_label
from deixis.coordinates.lexing import has_digit
from deixis.coordinates.pieces import TextPieces
from deixis.coordinates.reading import CUT_OFF, OTHER_WORDS
from deixis.coordinates.records import NO_PLACE, Context, ValueFindings, Walk, label_of
from deixis.coordinates.scanned import Element, Sink, Token
from deixis.coordinates.scanner import Scanner
from deixis.coordinates.values import Fields, Listed, Number, Value, Words
from deixis.core.errors import UnsupportedError

if TYPE_CHECKING:
    from deixis.coordinates.reader import Reader

NESTING_LIMIT = 2  # strings that hold JSON that holds strings
GLUED = re.compile(r"[^\W_][\w '-]{0,60}\Z")
ALT = re.compile(r"alt\s{0,9}=\s{0,9}(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
LONE_NUMBER = re.compile(r"(?<![\w.])[-+]?\.?\d")
NOTHING_AROUND = Context()


@final
class TextSink(Sink, ValueFindings):
    """The sink of a text's scanner: the answer itself, or a text in quotes within it.

    `offset` is where the text begins in the answer, none where its letters cannot be found there:
    then all of it stands at `whole`.
    """

    def __init__(
        self,
        reader: "Reader",
        kept: TextPieces,
        *,
        nesting: int,
        offset: int | None = 0,
        whole: tuple[int, int] = (0, 0),
        outer: Context = NOTHING_AROUND,
    ) -> None:
        self.reader, self.kept, self.nesting = reader, kept, nesting
        self.offset, self.whole, self.outer = offset, whole, outer
        self.grammar = reader.dialect.grammar
        self.tells_cut = not self.grammar.lists or self.grammar.labels == "none"
        self.reads_brackets = self.grammar.labels not in ("before", "after")
        self.walk = Walk(self)
        self.scanner = Scanner(self)
        self.restart()

    def restart(self) -> None:
        """Nothing came yet."""
        self.corner: Group | None = None
        self.named: str | None = None  # what tags named, and where that ended
        self.named_until, self.is_used = -1, False
        self.naming_span: tuple[int, int] | None = None
        self.prose_from = 0  # behind the last place
        self.waiting: Element | None = None  # for the words after it
        self.before: str | None = None
        self.alone: Group | None = None  # it is a place if nothing else is said

    # what the scanner finds

    @override
    def value(self, value: Listed | Fields, around: list[dict[str, Value]], outermost: int) -> None:
        """A list, object or call stands for itself, within others."""
        if self._is_in_name(value.start):
            return
        if not isinstance(value, Listed) or not value.is_round:
            self._before_other(value.start)
        labels = (label_of(fields) for fields in around)
        label = next((label for label in labels if label is not None), self.outer.label)
        if self.grammar.labels == "glued" and isinstance(value, Listed) and not around:
            label = self._glued_to(outermost) or label
        self.walk.value(value, self.outer.under(self.outer.key, label))

    def _is_in_name(self, start: int) -> bool:
        """Whether the words of a label, which stand after their tokens, go on here."""
        if self.waiting is None:
            return False
        return not set(";\n") & set(self._text()[self.waiting.end : start])

    def _glued_to(self, start: int) -> str | None:
        """The words directly before a bracket are its name: "car[[1, 2, 3, 4]]"."""
        name = GLUED.search(self._text(), max(self.prose_from, start - 200), start)
        return None if name is None else read_label(self._words(*name.span()))

    @override
    def naming(self, start: int, end: int, until: int) -> None:
        """The words at `start` to `end` name what follows."""
        self._before_other(start)
        self.named = read_label(self._words(start, end))
        self.named_until, self.is_used = until, False
        self.naming_span = (start, end)

    @override
    def cut(self, start: int, end: int) -> None:
        """A list or object was cut off."""
        if self._is_in_name(start):
            return
        if self.corner is not None and self._touch(self.corner.end, start):
            start, self.corner = self.corner.start, None
        self._before_other(start)
        self.leave(start, end, CUT_OFF)

    @override
    def element(self, element: Element) -> None:
        """A tag was found, or tokens that stand in none."""
        self._before_other(element.start)
        if element.name is None and self.grammar.labels == "after":
            self.waiting = element
            return
        label = self._label_of(element)
        self._element(element, label)

    def end(self) -> None:
        """The text is over."""
        self.scanner.end()
        corner = self.corner
        if corner is not None and self._text()[corner.end :].strip() == ",":
            self.corner = None
            self.leave(corner.start, self._length(), CUT_OFF)
        self._before_other(self._length())
        if self.alone is not None:
            rest = self._text()[: self.alone.start] + self._text()[self.alone.end :]
            if not rest.strip(" \n.`[]()"):
                self._place(self.alone)

    # what the walk finds

    @override
    def group(self, group: Group) -> None:
        """A group of numbers stands for itself, or is one corner of a box."""
        dialect = self.reader.dialect
        if dialect.grammar.corners and group.key is None and group.call is None:
            group_is_corner = len(group.numbers) == 2 and group.is_round
            last, self.corner = self.corner, None
            if last is not None and group_is_corner and self._touch(last.end, group.start):
                self._place(joined_corners(last, group))
                return
            if last is not None:
                self._place(last)
            if group_is_corner:
                self.corner = group
                return
        self._place(group)

    @override
    def record(self, record: GroupedRecord) -> None:
        """An object holds these groups."""
        self._flush_corner()
        reader = self.reader
        try:
            together = reader.dialect.told_together(record, reader.size, reader.budget)
        except UnsupportedError as error:
            together = [ToldPiece(what=str(error), start=record.start, end=record.end)]
        if together is not None:
            for told in together:
                self._tell(told, record.groups[0])
            return
        for group in record.groups:
            alone = len(record.groups) == 1
            span = (record.start, record.end) if alone else (group.start, group.end)
            self._place(group, span=span)

    @override
    def leave(self, start: int, end: int, reason: str) -> None:
        """A piece could be a place, and is none that is understood."""
        self.reader.leave(*self._at(start, end), reason)

    @override
    def name(self, start: int, end: int) -> None:
        """A piece is a name or a text, and no place."""
        if self.offset is not None:
            self.kept.add(*self._at(start, end))

    @override
    def count(self) -> int:
        """So much was found, read or not."""
        return self.reader.num_found

    @override
    def nested(self, words: Words, context: Context) -> None:
        """A text in quotes may hold places."""
        if self.nesting >= NESTING_LIMIT or not has_digit(words.value):
            return
        bare = None if context.key is None else bare_numbers(words, context)
        if bare is not None:
            self.group(bare)
            return
        inner = None if words.inner is None or self.offset is None else self.offset + words.inner
        sink = TextSink(
            self.reader,
            self.kept,
            nesting=self.nesting + 1,
            offset=inner,
            whole=self._at(words.start, words.end),
            outer=context,
        )
        sink.scanner.feed(words.value)
        sink.end()

    # how it becomes places

    def _element(self, element: Element, label: str | None) -> None:
        if element.attributes and element.name is not None:
            self._attributes(element, label)
            return
        before = self.count()
        context = Context(
            key=self.outer.key,
            call=self.outer.call,
            tag=element.name,
            label=label or self.outer.label,
            closed=element.closed,
        )
        self._tokens(element, context)
        self._plain_numbers(element, context)
        if self._lacks_a_corner(element):
            self.leave(element.start, element.end, NO_PLACE)
        else:
            for item in element.items:
                if isinstance(item, Listed | Fields | Words):
                    self.walk.value(item, context)
        self._flush_corner()
        is_told = self.count() > before or not LONE_NUMBER.search(self._text(), *element.content)
        if element.closed and self._is_own(element) and not is_told:
            self.leave(element.start, element.end, NO_PLACE)
        self.prose_from = element.end
        if label is not None:
            self.named_until, self.is_used = element.end, True

    def _is_own(self, element: Element) -> bool:
        """Whether the dialect's places stand in this tag."""
        return element.name in self.grammar.plain | self.grammar.listed

    def _tokens(self, element: Element, context: Context) -> None:
        if any(isinstance(item, Token) for item in element.items):
            for group in token_groups(element, context):
                for part in self.reader.dialect.parted(group):
                    self._place(part)

    def _plain_numbers(self, element: Element, context: Context) -> None:
        """Bare numbers in a tag are a place; one alone is one that was cut off, or none."""
        numbers = [item for item in element.items if isinstance(item, Number)]
        if element.has_words or not numbers:
            return
        is_cut = not element.closed and self.scanner.is_over and element.end == self._length()
        if len(numbers) > 1 or is_cut or (element.closed and self._is_own(element)):
            self._place(plain_group(element, numbers, context))

    def _lacks_a_corner(self, element: Element) -> bool:
        """Whether a box of two corners has one that is no pair, or is another dialect's."""
        lists = [item for item in element.items if isinstance(item, Listed) and item.is_round]
        if not self.grammar.corners:
            more = lists and self._text()[lists[-1].end : element.content[1]].strip()
            half = not element.closed and (not self._is_own(element) or bool(more))
            return element.name in ("box", "box_start") and len(lists) > (0 if half else 1)
        return len(lists) > 1 and any(len(one.numbers() or ()) not in (2, 4) for one in lists)

    def _attributes(self, element: Element, label: str | None) -> None:
        """A tag tells places in its attributes."""
        has_content = element.closed and element.content[1] > element.content[0]
        group = Group(
            form="attributes",
            numbers=(),
            start=element.start,
            end=element.end,
            label=label,
            tag=element.name,
            attributes=element.attributes,
            starts=element.starts,
            content=self._words(*element.content) if has_content else None,
            cut=element.cut,
            closed=element.closed,
        )
        if not self.grammar.takes(group):
            return  # the audit tells whether it could be a place
        for part in self.reader.dialect.parted(group):
            self._place(part)
        self._leave_rest(element)
        self.prose_from = element.end

    def _leave_rest(self, element: Element) -> None:
        """Attributes that are no part of a place, and yet have the names of one, are unread."""
        start, end = self._at(element.start, element.end)
        if self.offset is None:
            return
        inside = self._at(element.start, element.content[0])[1]  # the tag's own end
        for left, right in self.kept.gaps(start, inside):
            if LONE_NUMBER.search(ALT.sub("", self.reader.text[left:right])):
                self.reader.leave(left, right, NO_PLACE)
        words_end = self._text().find("<", *element.content)
        self.kept.add(start, end if words_end < 0 else self._at(0, words_end)[1])

    def _place(self, group: Group, *, span: tuple[int, int] | None = None) -> None:
        told_from, told_to = span or (group.start, group.end)
        if group.is_code or self._is_deferred(group):
            return
        shape = self.reader.dialect.told(group, self.reader.size)
        if shape == OTHER_WORDS:
            return  # the audit tells whether it could be a place
        self._tell(ToldPiece(what=shape, start=told_from, end=told_to), group)

    def _is_deferred(self, group: Group) -> bool:
        """Whether a list is a citation, an interval or the like, unless it is the whole answer."""
        bare = group.form == "list" and self.nesting == 0 and self.alone is not group
        if not bare or group.key or group.tag or group.call or group.label:
            return False
        if not is_no_place(self._text(), group.start, group.end):
            return False
        self.alone = group
        return True

    def _tell(self, told: ToldPiece, group: Group) -> None:
        start, end = self._at(told.start, told.end)
        if isinstance(told.what, str):
            self.reader.leave(start, end, told.what)
        else:
            self.reader.place(told.what, group, start, end)

    def _label_of(self, element: Element) -> str | None:
        """What names an element: tags before it, or the words before its tokens."""
        if self.grammar.labels == "before" and element.name in (None, "poly"):
            between = self._words(self.prose_from, element.start)
            if between:
                self.before = read_label(between.rpartition("\n")[2])
            return self.before
        if self.named is None:
            return None
        between = self._text()[self.named_until : element.start]
        if between.strip(" ,\n") or ("\n" in between and self.is_used):
            self.named = None
            return None
        if self.naming_span is not None:
            self.name(*self.naming_span)
        return self.named

    def _before_other(self, start: int) -> None:
        """Something else begins here: what waited for it is told."""
        self._flush_corner()
        element, self.waiting = self.waiting, None
        if element is None:
            return
        after = self._text()[element.end : start]
        length = min(i for i in (after.find(";"), after.find("\n"), len(after)) if i >= 0)
        label = read_label(self._words(element.end, element.end + length))
        self._element(element, label)

    def _flush_corner(self) -> None:
        corner, self.corner = self.corner, None
        if corner is not None:
            self._place(corner)

    def _touch(self, end: int, start: int) -> bool:
        return self._text()[end:start].strip() in ("", ",")

    def _text(self) -> str:
        return self.scanner.text

    def _length(self) -> int:
        return len(self._text())

    def _words(self, start: int, end: int) -> str:
        return cleaned(self.scanner.text[start:end])

    def _at(self, start: int, end: int) -> tuple[int, int]:
        """A piece of this text stands here in the answer."""
        if self.offset is None:
            return self.whole
        return (self.offset + start, self.offset + end)
