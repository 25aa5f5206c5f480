"""Lists, objects, calls and tags are found in an answer by one forward pass, as its text comes.

It takes what models write: prose and fences around, single quotes, bare keys, tuples, missing and
trailing commas, what was cut off. Never eval, never going back but to what never closed. Nesting
deeper than 32 starts over.
"""

import re
from typing import final

from deixis.coordinates.lexing import (
    CALL_BEFORE,
    CLOSERS,
    ENDING,
    ENDS,
    NAMING,
    NUMBER_TAG,
    OPENERS,
    OPENING,
    PARTING,
    PLACING,
    TAG,
    TAG_OPENING,
    TOKEN,
    attributes_of,
    has_digit,
    is_same_end,
    may_go_on,
    tag_may_go_on,
    unescaped,
)
from deixis.coordinates.open_brackets import OpenBracket, fields_around
from deixis.coordinates.scanned import Element, Parting, Sink, Token, cut_element
from deixis.coordinates.strings import Strings
from deixis.coordinates.values import Fields, Listed, Number, Words
from deixis.coordinates.vocabulary import TEXT_KEYS

DEPTH_LIMIT = 32
DIGIT_LIMIT = 18
NONE = ("none", "null")


@final
class Scanner:
    """A text is scanned as it comes: `feed` pieces of it, then `end`.

    `text` is what is scanned, `raw` the same length of text with what was blotted out of it, from
    which strings are taken.
    """

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.text = ""
        self.at = 0
        self.is_over = False
        self._stack: list[OpenBracket] = []
        self._run: list[Token | Parting] = []  # tokens outside of tags
        self._strings = Strings()
        self._value_end = -1

    def feed(self, text: str) -> None:
        """The text goes on."""
        self.text += text
        self._scan(final=False)

    def end(self) -> None:
        """The text is over."""
        self.is_over = True
        self._scan(final=True)
        self._flush_run()
        self._cut_all(len(self.text))

    def restart(self) -> None:
        """All that came so far is void."""
        self._stack.clear()
        self._run.clear()
        self._strings = Strings()
        self.at = len(self.text)

    def _scan(self, *, final: bool) -> None:
        while True:
            at = self._inside(final=final) if self._stack else self._outside(final=final)
            if at is None:
                return
            self.at = at

    def _outside(self, *, final: bool) -> int | None:
        """One step in prose: to behind the next bracket or tag; none where more text is needed."""
        opening = (OPENING if self.sink.reads_brackets else TAG_OPENING).search(self.text, self.at)
        if opening is None:
            self._break_run(self.at, len(self.text))
            self.at = len(self.text)
            return None
        start = opening.start()
        if opening.group() == "<":
            self._break_run(self.at, start)
            self.at = start
            return self._tag(start, final=final)
        self._break_run(self.at, start + 1)
        return self._open(start)

    def _inside(self, *, final: bool) -> int | None:
        """One token within brackets or a tag; none where more text is needed."""
        here = self._stack[-1]
        if here.kind == "<" and (here.attributes or here.name in NAMING):
            return self._text_of_tag(here, final=final)
        token = TOKEN.match(self.text, self.at)
        if token is None:
            self.at = len(self.text)  # blanks, which are not looked at again
            return None
        kind = str(token.lastgroup)
        start, end = token.span(kind)
        if kind == "tag":
            self.at = start
            return self._tag(start, final=final)
        if kind in ("number", "word", "other") and not final and may_go_on(self.text, start, end):
            return None
        return self._take(here, kind, start, end, final=final)

    def _take(
        self, here: OpenBracket, kind: str, start: int, end: int, *, final: bool
    ) -> int | None:
        if kind == "open":
            return self._open(start)
        if kind == "quote":
            return self._string(here, start, final=final)
        if kind == "close":
            self._close(CLOSERS[self.text[start]], end)
        elif kind == "number":
            self._number(here, start, end)
        elif kind == "word":
            self._word(here, start, end)
        elif kind == "comma":
            here.sound = here.sound and not here.wants_value
            here.wants_value = True
            if here.kind == "<":
                here.items.append(Parting(is_ring=False))
        elif kind == "colon":
            here.name_last(self.text, start, end)
        else:
            here.sound = False
        return end

    def _number(self, here: OpenBracket, start: int, end: int) -> None:
        written = self.text[start:end]
        is_glued = start == self._value_end  # "4px", "1-2", "1.2.3"
        too_long = sum(map(str.isdigit, written)) > DIGIT_LIMIT
        self._value_end = end
        here.sound = here.sound and not is_glued and not too_long
        here.add(Number(float(written), start, end, "." in written))

    def _word(self, here: OpenBracket, start: int, end: int) -> None:
        if start == self._value_end:
            here.sound = False
        self._value_end = end
        if here.kind == "<":
            self._word_in_tag(here, start, end)
            return
        here.num_words += 1
        here.add(Words(self.text[start:end], start, end, start))

    def _word_in_tag(self, here: OpenBracket, start: int, end: int) -> None:
        """A tag with places holds no words but "none": a second one shows that it is prose."""
        here.num_words += 1
        here.sound = False
        if here.num_words > 1 and self.text[start:end].lower() not in NONE:
            self._cut_to(self._stack.index(here), start)

    def _string(self, here: OpenBracket, start: int, *, final: bool) -> int | None:
        """A text in quotes stands here, or only a quote."""
        found = self._strings.find(self.text, start, final=final)
        if found is None:
            return None
        if found.end is None:
            here.sound = False
            is_text = found.is_endless and (here.key or "").lower() in TEXT_KEYS
            return len(self.text) if is_text else start + 1  # a name, or a text that is typed
        value = self.text[start + 1 : found.end - 1]
        inner = None if "\\" in value else start + 1
        if here.key is not None and self.text[here.key_end : start].strip():
            here.add(None)  # no name says what it is: the audit looks at it
        else:
            here.add(Words(unescaped(value), start, found.end, inner))
        self._value_end = found.end
        return found.end

    def _open(self, start: int) -> int:
        if len(self._stack) == DEPTH_LIMIT:
            self._cut_all(start)
        kind = OPENERS[self.text[start]]
        name = None
        if kind == "(":
            called = CALL_BEFORE.search(self.text, max(0, start - 62), start)
            name = None if called is None else called.group()
        parent = self._stack[-1] if self._stack else None
        if name is not None and parent is not None:
            parent.forget_word(start)
        is_kept = parent is not None and (parent.is_kept or parent.key is not None)
        is_kept = is_kept or kind == "{" or name is not None
        begin = start if name is None else start - len(name)
        self._stack.append(OpenBracket(kind, begin, start + 1, name=name, is_kept=is_kept))
        return start + 1

    def _close(self, kind: str, end: int) -> None:
        if all(node.kind != kind for node in self._stack):
            self._stack[-1].sound = False
            return
        sound = True
        while True:
            node = self._stack.pop()
            matches = node.kind == kind
            if node.kind == "<":
                self._end_element(node, end - 1, end - 1, closed=False)
            else:
                self._done(node.closed(end, sound=sound and matches))
            sound = sound and matches
            self._value_end = end
            if matches:
                return

    def _done(self, value: Listed | Fields) -> None:
        """A value is complete: it is kept for what is around it, or told."""
        parent = self._stack[-1] if self._stack else None
        if parent is None:
            self.sink.value(value, [], value.start)
            return
        in_list = parent.kind in "[(" and not parent.is_kept
        keeps = any(isinstance(item, Number) for item in parent.items) if in_list else True
        if isinstance(value, Fields) and value.call is None and not parent.has_place(value):
            keeps = False
        if keeps:
            parent.add(value)
        else:
            self.sink.value(value, fields_around(self._stack), self._stack[0].start)
            parent.add(None)

    def _tag(self, start: int, *, final: bool) -> int | None:
        """What begins with "<" is a tag, a number, or nothing."""
        number = NUMBER_TAG.match(self.text, start)
        if number is not None:
            prefix, written = number["prefix"], number["number"]
            self._token(Token(prefix, float(written), start, number.end(), "." in written))
            return number.end()
        tag = TAG.match(self.text, start)
        if tag is not None:
            return self._named_tag(tag)
        if tag_may_go_on(self.text, start):
            if not final:
                return None
            if (element := cut_element(self.text, start)) is not None:
                self._flush_run()
                self.sink.element(element)
                return len(self.text)
        if self._stack:
            self._stack[-1].sound = False
        else:
            self._flush_run()
        return start + 1

    def _token(self, token: Token) -> None:
        if not self._stack:
            self._run.append(token)
            return
        here = self._stack[-1]
        here.wants_value = False
        here.items.append(token)
        if here.kind != "<":
            here.sound = False

    def _named_tag(self, tag: "re.Match[str]") -> int:
        name = tag["name"].lower()
        start, end = tag.span()
        if name in PARTING:
            (self._stack[-1].items if self._stack else self._run).append(Parting(is_ring=True))
            return end
        if name in ENDING:
            self._end_tag(name, start, end)
            return end
        self._flush_run()
        if name not in NAMING and name not in PLACING:
            return end
        outer = next((i for i, node in enumerate(self._stack) if node.kind == "<"), None)
        if outer is not None:
            self._cut_to(outer, start)
        attributes, starts = attributes_of(tag["attributes"] or "")
        starts = {key: tag.start("attributes") + at for key, at in starts.items()}
        node = OpenBracket(
            "<", start, end, name=name, attributes=attributes, starts=starts, is_kept=True
        )
        if tag.group().endswith("/>"):
            self._end_element(node, end, end, closed=True)
        else:
            self._stack.append(node)
        return end

    def _end_tag(self, name: str, start: int, end: int) -> None:
        wanted = [i for i, node in enumerate(self._stack) if node.kind == "<"]
        if not wanted:
            self._flush_run()
            return
        place = wanted[-1]
        node = self._stack[place]
        ends = ENDS[str(node.name)]
        self._cut_to(place + 1, start)
        self._stack.pop()
        self._end_element(node, start, end, closed=is_same_end(name, ends))

    def _text_of_tag(self, here: OpenBracket, *, final: bool) -> int | None:
        """A tag with attributes, and one that names, holds a text up to the next tag."""
        at = self.at
        while True:
            start = self.text.find("<", at)
            if start < 0:
                self.at = len(self.text)
                break
            tag = TAG.match(self.text, start)
            if tag is not None or NUMBER_TAG.match(self.text, start) is not None:
                return self._end_text(here, start, tag)
            if not final and tag_may_go_on(self.text, start):
                self.at = start
                return None
            at = start + 1
        if not final:
            return None
        return self._end_text(here, len(self.text), None)

    def _end_text(self, here: OpenBracket, start: int, tag: "re.Match[str] | None") -> int:
        """The text of a tag ends here; where its own end does not follow, the text is prose."""
        ends = ENDS[str(here.name)]
        self._stack.remove(here)
        if tag is not None and is_same_end(tag["name"].lower(), ends):
            self._end_element(here, start, tag.end(), closed=True)
            return tag.end()
        self._end_element(here, here.inner, here.inner, closed=False)
        return start if here.name in NAMING and start == len(self.text) else here.inner

    def _end_element(self, node: OpenBracket, content_end: int, end: int, *, closed: bool) -> None:
        if node.name in NAMING:
            if closed:
                self.sink.naming(node.inner, content_end, end)
            return
        element = Element(
            node.name,
            node.attributes,
            tuple(node.items),
            (node.inner, content_end),
            node.start,
            end,
            closed,
            node.num_words > 0 or not node.sound,
            starts=node.starts,
        )
        parent = self._stack[-1] if self._stack else None
        if parent is not None and parent.key is not None:
            parent.add(None)
        self.sink.element(element)

    def _break_run(self, start: int, end: int) -> None:
        """Tokens are one run as long as nothing but blanks stands between them."""
        if self._run and self.text[start:end].strip(" \t\x1f"):
            self._flush_run()

    def _flush_run(self) -> None:
        if not self._run:
            return
        items, self._run = tuple(self._run), []
        tokens = [item for item in items if isinstance(item, Token)]
        if tokens:
            start, end = tokens[0].start, tokens[-1].end
            self.sink.element(Element(None, {}, items, (start, end), start, end, closed=True))

    def _cut_all(self, end: int) -> None:
        self._cut_to(0, end)

    def _cut_to(self, depth: int, end: int) -> None:
        """What stands on the stack from a depth on never closes: what is whole in it is told, and
        where the rest begins.
        """
        cut = self._stack[depth:]
        del self._stack[depth:]
        tail = end
        inner: Listed | Fields | None = None
        for i, node in reversed(list(enumerate(cut))):
            if inner is not None:
                node.add(inner)
                inner = None
            if node.kind == "<":
                self._end_element(node, end, end, closed=False)
                continue
            around = cut[i - 1].key if i > 0 else None
            part, begin = node.left_of(end, tells=self.sink.tells_cut, key=around)
            tail = min(tail, begin)
            if part is None or not ((node.is_kept and i > 0) or isinstance(part, Fields)):
                continue
            if i > 0 and cut[i - 1].reads(part):
                inner = part
            else:
                self.sink.value(part, [], part.start)
        if has_digit(self.text[tail:end]):
            self.sink.cut(tail, end)
