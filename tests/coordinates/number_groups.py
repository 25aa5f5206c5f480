r"""A scanner of the tests' own finds the groups of numbers in a text that could be a place.

It shares nothing with the readers that it judges. Each *number* of a group has to lie in the span
of a place or of an unread. What is no group is never demanded: a reader may tell it (grey) or
should leave it alone (the answers without places judge that).

A *number* is a sign, decimal digits of any script, a fraction, an exponent; never what is glued to
letters, ``_ / ° ^ × # %`` or a currency, to a colon between digits, or to a hyphen or dot beside a
letter or digit (dates, times, versions, ranges, sizes). An *element* of a list is a number, also in
quotes (escaped ones too), with ``px`` or ``%``; NaN, Infinity, null and None stand among them.
Separators are commas, semicolons (full-width ones too) and white space.

1. ``list``: a bracket, 2+ elements, then the bracket that fits, or the end of the text; or 4+
   elements whatever follows. Not after a letter, digit or ``_`` (calls), but for ``[`` with 4+.
   Grey: 2 or 3 ascending whole numbers 1..9 (citations); two numbers after *range*, *in*, ``∈`` and
   the like; three after *RGB* and the like; years in round brackets; fences of programs; maths.
2. ``run``: 4+ plain numbers on a line; grey: whole ones with a leading zero, four blocks of four
   digits, after ``+``, years, whole ones in a constant step below 10 or in 5+ terms, possible
   thousands, next to glued numbers, fences of programs, maths. ``answer``: 2 or 3 numbers are the
   whole answer.
3. ``token``: ``<loc_1>``, ``<seg001>``, ``<patch_index_0001>``, ``<bin_7>``; 2+ of ``<165>`` or
   ``<POINT_7>`` side by side.
4. ``tag``: a box, point, … tag whose content is 2+ numbers with brackets, separators and names of
   axes alone, or one at the text's end; ``attribute``: x…, y…, coords of such a tag, likewise.
5. ``edge``: names of edges with numbers in a row, both axes among them; *left* and its like all
   four, or quoted; a quoted one at the text's end. Bare ones are grey in programs and maths.
6. ``call``: click and its like with 2+ numbers or x= and y= first, or with one at the text's end.
7. ``key``: bbox and its like, quoted with ``:`` or bare with ``=``, then a nest of lists with 1+
   numbers, or a string of 2+ numbers. Bare ones are grey in programs.

A fence of more than one line ends at three backticks that begin a line, as in Markdown: those
within a line are a part of the program. (They ended it here once, so that the rest of a program
whose letters a mutation had replaced by backticks was asked for.)

Upper and lower case are the same. What stands in a finished draft (``<think>`` … ``</think>``), or
before the end of one that has no start, is no answer and left out. So are texts that stand beside
places: strings under label, name, text, content, thought, url and the like, references, phrases,
and the words inside of point tags.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]

SIGN = r"[+\-−]?"
DIGITS = rf"{SIGN}(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]{SIGN}\d+)?"
WHOLE_OR_FRACTION = rf"{SIGN}(?:\d+(?:\.\d+)?|\.\d+)(?:[eE]{SIGN}\d+)?"
GLUED = r"(?![\w/°^×#\\]|:\d|[.\-–−]\w)"
QUOTE = r"""(?:\\*["'’‘“”])"""
WORD = rf"{SIGN}(?:NaN|nan|Infinity|inf|null|None)\b"
NUMBER = rf"{DIGITS}(?:px\b|%)?{GLUED}"
ELEMENT = rf"{QUOTE}?(?:{NUMBER}|{WORD}){QUOTE}?"
SEPARATOR = r"(?:\s*+[,;，、；]\s*+|\s++)"
PLAIN = rf"{WHOLE_OR_FRACTION}(?:px\b)?{GLUED}(?!%)"
BLANK = r"(?:[ \t]*+[,;，、；][ \t]*+|[ \t]++)"
LONE = r"(?<![\w./$€£¥₹#°+*^\\@&\-–−~])(?<!\d:)"

PAIRS = {"[": "]", "(": ")", "{": "}", "［": "］", "（": "）", "【": "】"}
OPENING = "".join(map(re.escape, PAIRS))
BRACKETS = "".join(map(re.escape, [*PAIRS, *PAIRS.values()]))

FOUND = re.compile(rf"(?<![\w.]){DIGITS}")
LIST = re.compile(rf"([{OPENING}])\s*+({ELEMENT}(?:{SEPARATOR}{ELEMENT})+)\s*+[,;，]?\s*+")
RUN = re.compile(rf"{LONE}{PLAIN}(?:{BLANK}{PLAIN}){{3,}}")
WHOLE = re.compile(rf"\s*(?:```\s*)?({PLAIN}(?:{SEPARATOR}{PLAIN}){{1,2}})\.?\s*(?:```\s*)?")

TOKEN = re.compile(r"<(?:loc|seg|patch_index|bin)_?(\d+)>")
ANGLES = re.compile(r"<(?:POINT_)?\d+>(?:\s*+<(?:POINT_)?\d+>)+")
TAGS = r"(?:b?box|points?|quad|poly(?:gon)?|coordinates?|det|region|tracks?)"
CONTENT = re.compile(rf"<\|?{TAGS}(?:_start)?\|?>([^<]*)", re.IGNORECASE)
AXIS_NAMES = r"[xy](?:_?(?:min|max)|\d)?(?!\w)"
INSIDE = re.compile(rf"(?:[\s,;，、；:='\"\\{BRACKETS}]|{NUMBER}|{AXIS_NAMES})*+", re.IGNORECASE)
TAG = re.compile(rf"<{TAGS}\s([^<>]*)", re.IGNORECASE)
ATTRIBUTE = re.compile(
    r"\b(?:[xy]\w*|coords|left|top|right|bottom)\s*=\s*\\*[\"'“”]?([\d\s.,;:\-−+]*)", re.IGNORECASE
)

AXIS = (
    r"(?:{0}(?:_?(?:min|max|cent(?:er|re))|_?[0-9]{{1,2}})?"
    r"|(?:min|max|start|end|destination|cent(?:er|re))_?{0}|c{0})"
)
SIDES = r"(?:left|right|top|bottom)"
EDGE = (
    rf"(?<!\w){QUOTE}?({AXIS.format('x')}|{AXIS.format('y')}|{SIDES}|width|height|w|h){QUOTE}?"
    rf"\s*+[:=]\s*+{QUOTE}?({NUMBER}){QUOTE}?"
)
ONE_EDGE = re.compile(EDGE, re.IGNORECASE)
EDGES = re.compile(rf"{EDGE}(?:[\s,;{{}}]*+{EDGE})*", re.IGNORECASE)

CALL = re.compile(rf"(?<!\w)([A-Za-z_][\w.]*)\(\s*+({ELEMENT}(?:{SEPARATOR}{ELEMENT})*)\s*+,?\s*+")
CALL_NAMED = re.compile(r"(?<!\w)([A-Za-z_][\w.]*)\(\s*+(?=[xy]\s*=)")
CALL_CUT = re.compile(rf"(?<!\w)([A-Za-z_][\w.]*)\(\s*+x\s*=\s*({NUMBER}),?\s*\Z")
POINTING = re.compile(
    r"(?:(?:left|right|middle|double|triple)?click(?:at)?|tap|longpress|(?:mouse)?move(?:to)?"
    r"|drag(?:to)?|hover(?:at)?|swipe|point|b?box|leftdouble|rightsingle|typetextat)"
)
KEYS = (
    r"(?:b?boxe?s?(?:_2d)?|points?(?:_2d)?|coordinates?|(?:start|end)_(?:box|point|coordinate)"
    r"|position|location|center|polygon|segmentation|quad|keypoints)"
)
KEY = re.compile(rf"(?:{QUOTE}{KEYS}{QUOTE}\s*+:|(?<!\w){KEYS}\s*+=)\s*+", re.IGNORECASE)
STRING = re.compile(rf"{QUOTE}((?:[\s,;，{BRACKETS}]|{NUMBER})*+){QUOTE}")
STEP = re.compile(rf"({ELEMENT})|([{OPENING}])|([{BRACKETS}])|[\s,;，、；]+")

DRAFTS = (
    *(
        (f"<{name}>", f"</{name}>")
        for name in ("think", "thinking", "thought", "reasoning", "seed:think")
    ),
    *(("◁think▷", "◁/think▷"), ("[THINK]", "[/THINK]"), ("<|channel>thought", "<channel|>")),
    ("<|channel|>analysis<|message|>", "<|end|>"),
)
TEXT_KEYS = re.compile(
    rf"{QUOTE}?\b(?:\w*label|name\w*|text\w*|content|message|title|caption|description|\w*thought"
    rf"|element|\w*element_info|reason\w*|intent|note|keys?|category|class|type|alt|summary|query"
    rf"|url){QUOTE}?\s*[:=]\s*(\\*[\"'])",
    re.IGNORECASE,
)
LABELS = re.compile(
    r"<(?:ref|phrase)>[^<]*|<\|(?:object_ref_start|ref)\|>[^<]*|<points?\s[^<>]*>[^<]*",
    re.IGNORECASE,
)
FENCE = re.compile(
    r"```([^\n`]*)(?:\n(?s:.*?)(?:^[ \t]*```|\Z)|(?:`[^\n]*?)??(?:```|$))", re.MULTILINE
)
NO_PROGRAMS = frozenset(("", "json", "jsonc", "json5", "text", "txt", "xml", "plaintext", "plain"))
MATHS = re.compile(
    r"\$\$.*?\$\$|\\\(.*?\\\)|\\\[.*?\\\]|\$(?=\S)(?=[^$\n]*[\\^_=])[^$\n]*\S\$(?!\d)", re.DOTALL
)
RANGES = re.compile(
    r"(?:\b(?:range|interval|between|from|in|within|domain|CI|to)\b:?|∈|\\in)[ ]?\Z", re.IGNORECASE
)
COLOURS = re.compile(r"\b(?:rgb|hsl|hsv|bgr|lab|colou?r)\b:?[ ]?\Z", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Numbers of a text could be a place: the rule that says so, and where each number stands."""

    rule: str
    numbers: tuple[Span, ...]

    @property
    def start(self) -> int:
        return self.numbers[0][0]

    @property
    def end(self) -> int:
        return self.numbers[-1][1]


def groups(text: str) -> list[Group]:
    """All groups of a text, by where they start; the same numbers may stand in several."""
    left_out = [*draft_spans(text), *text_spans(text)]
    programs = list(program_spans(text))
    code = programs + [match.span() for match in MATHS.finditer(text) if "boxed" not in match[0]]
    scans: tuple[tuple[str, Callable[..., Iterable[Iterable[Span]]], list[Span]], ...] = (
        ("list", lists, code),
        ("run", runs, code),
        ("answer", whole_answers, []),
        ("token", tokens, []),
        ("tag", contents, []),
        ("attribute", attributes, []),
        ("edge", bare_edges, code),
        ("edge", quoted_edges, []),
        ("call", calls, []),
        ("key", quoted_keys, []),
        ("key", bare_keys, programs),
    )
    found = []
    for rule, scan, grey in scans:
        for numbers in filter(None, map(tuple, scan(text))):
            if not any(start <= numbers[0][0] < end for start, end in left_out + grey):
                found.append(Group(rule=rule, numbers=numbers))
    return sorted(found, key=lambda group: (group.start, group.end))


def unaccounted(text: str, spans: Iterable[Span]) -> list[Group]:
    """The groups of which a number lies in none of some spans."""
    spans = list(spans)
    return [
        group
        for group in groups(text)
        if not all(any(s <= a and b <= e for s, e in spans) for a, b in group.numbers)
    ]


def draft_spans(text: str) -> Iterator[Span]:
    low = text.lower()
    for start, end in DRAFTS:
        at = 0
        while (close := low.find(end.lower(), at)) >= 0:
            opened = low.find(start.lower(), at, close)
            if opened >= 0 or "/" in end:
                yield (max(opened, 0), close + len(end))
            at = close + len(end)


def text_spans(text: str) -> Iterator[Span]:
    for match in TEXT_KEYS.finditer(text):
        end = re.compile(rf"(?<!\\){re.escape(match[1])}|\Z").search(text, match.end())
        yield (match.end(), end.start() if end else len(text))
    for match in LABELS.finditer(text):
        yield (text.index(">", match.start()), match.end())


def program_spans(text: str) -> Iterator[Span]:
    for match in FENCE.finditer(text):
        if match[1].strip().lower() not in NO_PROGRAMS:
            yield match.span()


def numbers_in(text: str, start: int, end: int) -> list[Span]:
    return [match.span() for match in FOUND.finditer(text, start, end)]


def values(text: str, numbers: list[Span]) -> list[float]:
    return [float(text[a:b].replace("−", "-")) for a, b in numbers]


def lists(text: str) -> Iterator[list[Span]]:
    for match in LIST.finditer(text):
        numbers = numbers_in(text, *match.span(2))
        before, after = text[: match.start()][-20:], text[match.end() : match.end() + 1]
        called = bool(re.search(r"\w\Z", before)) and not (match[1] == "[" and len(numbers) > 3)
        closed = after in ("", PAIRS[match[1]])
        if called or len(numbers) < 2 or not (closed or len(numbers) > 3):
            continue
        if not is_prose(before, match[1], values(text, numbers)):
            yield numbers


def is_prose(before: str, bracket: str, found: list[float]) -> bool:
    """Citations, intervals, colours and years stand in brackets, too."""
    rising = all(a < b for a, b in pairwise(found))
    cited = len(found) < 4 and rising and all(n in range(1, 10) for n in found)
    interval = len(found) == 2 and RANGES.search(before)
    colour = len(found) == 3 and COLOURS.search(before)
    return bool(cited or interval or colour or (bracket in "(（" and are_years(found)))


def are_years(found: list[float]) -> bool:
    return all(n in range(1900, 2100) for n in found)


def runs(text: str) -> Iterator[list[Span]]:
    for match in RUN.finditer(text):
        numbers = numbers_in(text, *match.span())
        if not (is_counting(match[0]) or is_beside_glued(text, *match.span())):
            yield numbers


def is_counting(run: str) -> bool:
    """Phones, cards, years, steps and thousands are runs, too."""
    words = [word.removesuffix("px").strip() for word in re.split(r"[\s,;，、；]+", run)]
    found = [float(word.replace("−", "-")) for word in words]
    steps = {round(b - a, 9) for a, b in pairwise(found)}
    whole = all(number.is_integer() for number in found)
    even = whole and len(steps) == 1 and (abs(steps.pop()) < 10 or len(found) > 4)
    padded = any(re.fullmatch(r"0\d+", word) for word in words)
    card = all(re.fullmatch(r"\d{4}", word) for word in words) and len(words) == 4
    dialled = run.startswith("+")
    return even or padded or card or dialled or are_years(found) or may_be_thousands(run)


def may_be_thousands(run: str) -> bool:
    tight = re.findall(r"(?<=\d),(\d+)", run)
    spaced = re.search(r"[ ;\t]", run)
    first = re.match(r"\d{1,3},\d{3}\b", run)
    return bool(tight) and all(len(t) == 3 for t in tight) and bool(spaced or first)


def is_beside_glued(text: str, start: int, end: int) -> bool:
    before = re.search(rf"(\S+){BLANK}\Z", text[max(0, start - 60) : start])
    after = re.match(rf"{BLANK}[$€£¥₹]?[\d.]", text[end : end + 60])
    glued = before is not None and re.search(r"\d", before[1])
    listed = before is not None and re.fullmatch(r"\d{1,3}[.)]", before[1])
    return bool((glued and not listed) or after)


def whole_answers(text: str) -> Iterator[list[Span]]:
    match = WHOLE.fullmatch(text)
    if match and not may_be_thousands(match[1]):
        yield numbers_in(text, *match.span(1))


def tokens(text: str) -> Iterator[list[Span]]:
    for match in TOKEN.finditer(text):
        yield [match.span(1)]
    for match in ANGLES.finditer(text):
        yield [found.span() for found in re.compile(r"\d+").finditer(text, *match.span())]


def contents(text: str) -> Iterator[list[Span]]:
    for match in CONTENT.finditer(text):
        numbers = numbers_in(text, *match.span(1))
        cut = match.end() == len(text)
        if INSIDE.fullmatch(match[1]) and len(numbers) > (0 if cut else 1):
            yield numbers


def attributes(text: str) -> Iterator[list[Span]]:
    for match in TAG.finditer(text):
        inside = ATTRIBUTE.finditer(text, *match.span(1))
        numbers = [span for value in inside for span in numbers_in(text, *value.span(1))]
        if len(numbers) > (0 if match.end() == len(text) else 1):
            yield numbers


def edge_rows(text: str) -> Iterator[tuple[list[Span], set[str], bool]]:
    for row in EDGES.finditer(text):
        items = list(ONE_EDGE.finditer(text, *row.span()))
        numbers = [span for item in items for span in numbers_in(text, *item.span(2))]
        quoted = row[0][0] in "\\\"'’‘“”"
        axes = {axis_of(item[1].lower()) for item in items} - {""}
        sides = {item[1].lower() for item in items} & {"left", "top", "right", "bottom"}
        both = {"x", "y"} <= axes and (quoted or not sides or len(sides) == 4)
        cut = quoted and axes and re.fullmatch(r",?\s*", text[row.end() :])
        if both or cut:
            yield numbers, axes, quoted


def axis_of(name: str) -> str:
    if name in ("width", "height", "w", "h"):
        return ""
    if name in ("left", "right"):
        return "x"
    return "y" if name in ("top", "bottom") or "y" in name else "x"


def bare_edges(text: str) -> Iterator[list[Span]]:
    yield from (numbers for numbers, _, quoted in edge_rows(text) if not quoted)


def quoted_edges(text: str) -> Iterator[list[Span]]:
    yield from (numbers for numbers, _, quoted in edge_rows(text) if quoted)


def calls(text: str) -> Iterator[list[Span]]:
    for match in (*CALL.finditer(text), *CALL_CUT.finditer(text)):
        numbers = numbers_in(text, *match.span(2))
        if is_pointing(match[1]) and len(numbers) > (0 if match.end() == len(text) else 1):
            yield numbers
    for match in CALL_NAMED.finditer(text):
        row = EDGES.match(text, match.end())
        if row and is_pointing(match[1]):
            items = list(ONE_EDGE.finditer(text, *row.span()))
            if {axis_of(item[1].lower()) for item in items} >= {"x", "y"}:
                yield [span for item in items for span in numbers_in(text, *item.span(2))]


def is_pointing(call: str) -> bool:
    return bool(POINTING.fullmatch(call.split(".")[-1].lower().replace("_", "")))


def quoted_keys(text: str) -> Iterator[list[Span]]:
    yield from (value_after(text, m.end()) for m in KEY.finditer(text) if ":" in m[0])


def bare_keys(text: str) -> Iterator[list[Span]]:
    yield from (value_after(text, m.end()) for m in KEY.finditer(text) if ":" not in m[0])


def value_after(text: str, at: int) -> list[Span]:
    """The numbers of a nest of lists, or of a string, that starts somewhere."""
    if string := STRING.match(text, at):
        numbers = numbers_in(text, *string.span(1))
        return numbers if len(numbers) > 1 else []
    if text[at : at + 1] not in PAIRS:
        return []
    numbers, depth = [], 0
    while step := STEP.match(text, at):
        numbers += numbers_in(text, *step.span()) if step[1] else []
        depth += bool(step[2]) - bool(step[3] and not step[2])
        at = step.end()
        if depth == 0:
            break
    return numbers
