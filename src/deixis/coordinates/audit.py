"""Groups of numbers that could be a place are found in any text, whoever wrote it.

This is the last look at an answer: what it finds and no dialect explained is unread. Numbers that
count, cost, date or enumerate are left alone: prices, versions, times, ranges, citations, maths and
code. Patterns are possessive or bounded, so that the time grows with the length alone.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeAlias

from deixis.coordinates.lexing import has_digit
from deixis.coordinates.pieces import TextPieces
from deixis.coordinates.vocabulary import ACTIONS, PLACE_KEYS, action_of

Span: TypeAlias = tuple[int, int]

NUMBER = r"[-+]?(?:\d{1,400}+(?:\.\d{0,400}+)?+|\.\d{1,400}+)(?:[eE][-+]?\d{1,400}+)?+"
QUOTE = r"\\{0,40}+[\"'`“”‘’]?"
ELEMENT = rf"{QUOTE}(?:{NUMBER}(?:\s?(?:px|%))?+|NaN|[-+]?Infinity|null|None){QUOTE}"
APART = r"(?:\s{0,30}+[,;，、；]\s{0,30}+|\s{1,30}+)"
LIST = (
    rf"(?P<list>[\[({{［（【]\s{{0,30}}+{ELEMENT}(?:{APART}{ELEMENT}){{1,400}}+"
    r"\s{0,30}+[,;，]?\s{0,30}+(?P<close>[\])}］）】])?+)"
)
LINE_APART = r"(?:[ \t]{0,9}+[,;，、；][ \t]{0,9}+|[ \t]{1,9}+)"
PLAIN = rf"{NUMBER}(?:px)?+(?![\w%°])"
BARE = rf"(?P<bare>(?<![\w.$€£¥#/°-])(?<!\d:){PLAIN}(?:{LINE_APART}{PLAIN}){{3,400}}+)"
NUMBER_TOKEN = r"<\s{0,2}(?:POINT_)?\d{1,60}(?:\.\d{1,6})?\s{0,2}>"
TOKENS = (
    rf"(?P<tokens>{NUMBER_TOKEN}(?:\s{{0,9}}{NUMBER_TOKEN}){{1,400}}+"
    r"|<\|?(?:loc|seg|patch_index|bin|point)_?\d{1,60}\|?>"
    r"|<(?:loc|seg|patch_index|bin|point)_?\d{1,60}\Z)"
)
TAG_NAMES = r"(?:box|bbox|points?|quad|poly|polygon|coordinates?|det|region|tracks?)"
TAG = rf"(?P<tag><\|?{TAG_NAMES}(?:_start)?\|?>\s{{0,9}}+(?P<content>[^<]{{0,4000}}+))"
ATTRIBUTES = rf"(?P<attributes><{TAG_NAMES}\s(?P<inside>[^<>]{{0,8000}}+)>?+)"
EDGE_NAME = (
    r"(?:[xy](?:_?(?:min|max|center|[0-9]{1,3}))?|(?:start|end|center|destination)_[xy]|c[xy]"
    r"|left|top|right|bottom|width|height|[wh])"
)
EDGE = (
    rf"{QUOTE}(?<![A-Za-z_]){EDGE_NAME}{QUOTE}\s{{0,9}}+[=:]\s{{0,9}}+"
    rf"{QUOTE}{NUMBER}(?:px|%)?+{QUOTE}"
)
EDGES = rf"(?P<edges>{EDGE}(?:[\s,;，}}{{]{{0,400}}+{EDGE}){{0,50}}+(?:{APART}{NUMBER}){{0,400}}+)"
KEY_NAMES = "|".join(sorted(PLACE_KEYS, key=len, reverse=True))
KEYED = (
    rf"(?P<keyed>(?<![A-Za-z_])(?P<key_quote>\\{{0,40}}+[\"'`“”‘’])?+(?:{KEY_NAMES})(?(key_quote)\\{{0,40}}+[\"'`“”‘’]\s{{0,9}}+:|\s{{0,9}}+=)"
    rf"\s{{0,9}}+(?P<told>{QUOTE}[\[({{［（【\s,;，、；]{{0,30}}+{ELEMENT}(?:[\s,;，、；\[\](){{}}［］（）【】]{{0,4000}}+{ELEMENT}){{0,400}}+))"
)
ARGUMENT = rf"(?:[a-z_]{{1,12}}\s?=\s?)?+{ELEMENT}"
CALL = (
    rf"(?P<call>(?<!\w)(?P<name>[A-Za-z_][\w.]{{0,60}}+)\(\s{{0,9}}+(?P<numbers>{ARGUMENT}"
    rf"(?:{APART}{ARGUMENT}){{0,20}}+))"
)
QUOTES = "\"'`“”‘’"
HELD = {"tag": "content", "attributes": "inside", "keyed": "told", "call": "numbers"}
WHOLE = re.compile(rf"\s*(?:```\w*\s*)?{NUMBER}(?:{APART}{NUMBER}){{1,2}}\.?\s*(?:```)?\s*\Z")
DIGITS = re.compile(NUMBER)
LEFT_NUMBER = re.compile(r"(?<![A-Za-z])\d|<\|?\w*\d")
LONE = re.compile(rf"(?<![\w.]){NUMBER}")
WORDS_OF_RANGES = re.compile(
    r"(?:\b(?:range|interval|between|from|in|within|domain|CI)|∈|\\in|%\s?CI:)\s{0,3}\Z",
    re.IGNORECASE,
)
WORDS_OF_COLOURS = re.compile(r"\b(?:rgb|hsl|colou?rs?)\W{0,3}\Z", re.IGNORECASE)
EDGE_WORD = re.compile(EDGE_NAME + r"(?=[\"'`“”‘’\\]{0,60}\s{0,9}[=:])", re.IGNORECASE)
PLACE_ATTRIBUTE = re.compile(
    r"(?:\b[xy]\w{0,3}|coords)\s{0,9}=[\s\\\"'`“”‘’]{0,50}([-+−\d\s.,;:]*)", re.IGNORECASE
)
ALONG = re.compile(r"x|left|right|w", re.IGNORECASE)
DOWN = re.compile(r"y|top|bottom|h", re.IGNORECASE)
BESIDE = re.compile(  # what may stand beside the numbers of a tag
    rf"{NUMBER}|(?<![A-Za-z])(?:[xy](?:_?(?:min|max)|\d)?)(?!\w)"
    r"|[\s,;，、；:='\"`\\%\[\](){}［］（）【】]|px",
    re.IGNORECASE,
)
FENCE = re.compile(r"^[ \t]{0,9}```[ \t]*([\w+#-]{0,30})[^\n]*$", re.MULTILINE)
NO_LANGUAGES = frozenset(("", "json", "jsonc", "json5", "text", "txt", "xml", "html", "markdown"))
MATHS = re.compile(
    r"\$\$.{0,4000}?\$\$|\\\(.{0,2000}?\\\)|\\\[.{0,4000}?\\\]"
    r"|\$(?=\S)[^$\n]{0,300}?[\\^_=][^$\n]{0,300}?(?<=\S)\$(?!\d)",
    re.DOTALL,
)


def groups_in(text: str, start: int = 0) -> list[Span]:
    """Groups of numbers that could be a place stand here, from `start` on, in the text's order."""
    grey = _Grey(text)
    whole = WHOLE.match(text, start)
    if whole is not None:
        return [(start, len(text))]
    found: list[Span] = []
    for begin, end in sorted(_found(text, start, grey)):
        if found and begin < found[-1][1]:
            begin, end = found[-1][0], max(end, found.pop()[1])
        found.append((begin, end))
    return found


def _found(text: str, start: int, grey: "_Grey") -> Iterator[Span]:
    for kind, (rule, signs, is_group) in RULES.items():
        if not signs or any(sign in text for sign in signs):
            yield from _found_by(rule, kind, is_group, text, start, grey)


def _found_by(
    rule: re.Pattern[str], kind: str, is_group: "Kind", text: str, start: int, grey: "_Grey"
) -> Iterator[Span]:
    grey.at, at = 0, start
    held = HELD.get(kind)
    while (match := rule.search(text, at)) is not None:
        if is_group(match, grey):
            yield match.span("told" if kind == "keyed" else kind)
            at = max(match.end() - (text[match.end() - 1] in QUOTES), match.start() + 1)
        else:  # what it would have held may be a group of its own
            at = max(match.start(held), match.start() + 1) if held else match.end()


def left_numbers(text: str, start: int, kept: TextPieces) -> Iterator[Span]:
    """Of the groups that could be a place, from `start` on, these pieces hold numbers and are not
    kept.
    """
    gaps = kept.gaps(start, len(text))
    if not any(has_digit(text[begin:end]) for begin, end in gaps):
        return
    for group in groups_in(text, start):
        for begin, end in kept.gaps(*group):
            if LEFT_NUMBER.search(text[begin:end]):
                yield (begin, end)


def is_no_place(text: str, start: int, end: int) -> bool:
    """Whether a list is a citation, an interval, a colour or some years."""
    numbers = DIGITS.findall(text, start, end)
    is_round = text[start] in "(（"
    return _is_no_place(text, start, numbers, is_round=is_round, close=text[end - 1])


class _Grey:
    """Code and maths of a text, in which lists and runs of numbers are no places."""

    def __init__(self, text: str) -> None:
        self.spans = sorted([*_code(text), *(found.span() for found in _maths(text))])
        self.at = 0

    def holds(self, start: int) -> bool:
        """Whether a piece begins in code or maths; asked in the text's order."""
        while self.at < len(self.spans) and self.spans[self.at][1] <= start:
            self.at += 1
        return self.at < len(self.spans) and self.spans[self.at][0] <= start


def _code(text: str) -> Iterator[Span]:
    if "```" not in text:
        return
    opened: tuple[int, bool] | None = None
    for fence in FENCE.finditer(text):
        if opened is None:
            opened = (fence.end(), fence[1].lower() not in NO_LANGUAGES)
        else:
            if opened[1]:
                yield (opened[0], fence.start())
            opened = None
    if opened is not None and opened[1]:
        yield (opened[0], len(text))


def _maths(text: str) -> Iterator[re.Match[str]]:
    return MATHS.finditer(text) if "$" in text or "\\" in text else iter(())


def _is_list(match: re.Match[str], grey: _Grey) -> bool:
    text, start = match.string, match.start()
    numbers = DIGITS.findall(match.group())
    count = len(numbers)
    if count < 2 or grey.holds(start):
        return False
    opener = text[start]
    is_round = opener in "(（"
    if is_round and _is_glued(text, start):
        return False
    if count < 4 and not (_matches(opener, match["close"]) or match.end() == len(text)):
        return False
    return not _is_no_place(text, start, numbers, is_round=is_round, close=match["close"] or "")


def _is_glued(text: str, start: int) -> bool:
    """A bracket stands directly behind a word: it is that of a call, or of an index."""
    before = text[start - 1 : start]
    return before.isalnum() or before == "_"


def _matches(opener: str, closer: str | None) -> bool:
    return closer is not None and opener + closer in ("[]", "()", "{}", "［］", "（）", "【】")


def _is_no_place(text: str, start: int, numbers: list[str], *, is_round: bool, close: str) -> bool:
    """A list is a citation, an interval, a colour, or some years."""
    values = [float(number) for number in numbers]
    if len(values) < 4 and _is_glued(text, start):
        return True
    whole = all(number.isdigit() for number in numbers)
    digits = whole and all(1 <= value <= 9 for value in values)
    if len(values) < 4 and digits and values == sorted(set(values)):
        return True
    before = text[max(0, start - 20) : start]
    if len(values) == 2 and (WORDS_OF_RANGES.search(before) or close == ("]" if is_round else ")")):
        return True
    if len(values) == 3 and WORDS_OF_COLOURS.search(before):
        return True
    return is_round and whole and all(1900 <= value <= 2099 for value in values)


def _is_run(match: re.Match[str], grey: _Grey) -> bool:
    text, start = match.string, match.start()
    if grey.holds(start):
        return False
    numbers = DIGITS.findall(match.group())
    values = [float(number) for number in numbers]
    if any(len(n) > 1 and n.isdigit() and n[0] == "0" for n in numbers) or numbers[0][0] == "+":
        return False
    if all(n.isdigit() and 1900 <= v <= 2099 for n, v in zip(numbers, values, strict=True)):
        return False
    if len(numbers) == 4 and all(len(n) == 4 and n.isdigit() for n in numbers):
        return False
    steps = {round(b - a, 9) for a, b in pairwise(values)}
    if len(steps) == 1 and (abs(next(iter(steps))) < 10 or len(values) > 4):
        return False
    return not re.search(r"[-/:$€£¥]\d{1,20}[,;]?[ \t]{0,3}\Z", text[max(0, start - 30) : start])


def _is_tagged(match: re.Match[str], grey: _Grey) -> bool:
    content = match["content"]
    numbers = LONE.findall(content)
    if BESIDE.sub("", content):
        return False
    return len(numbers) > 1 or (len(numbers) == 1 and match.end() == len(match.string))


def _has_attributes(match: re.Match[str], grey: _Grey) -> bool:
    numbers = PLACE_ATTRIBUTE.findall(match.group())
    count = sum(len(DIGITS.findall(number)) for number in numbers)
    return count > 1 or (count == 1 and match.end() == len(match.string))


def _are_edges(match: re.Match[str], grey: _Grey) -> bool:
    written = match.group()
    names = [name.lower() for name in EDGE_WORD.findall(written)]
    own = [name for name in names if name not in ("w", "h", "width", "height")]
    across = any(ALONG.search(name) for name in own)
    down = any(DOWN.search(name) for name in own)
    quoted = written[0] in "\"'`\\“”‘’"
    if quoted and len(set(own)) == 1 and match.end() >= len(match.string.rstrip(" \n,.}")):
        return own[0] not in ("left", "top", "right", "bottom")
    if not (across and down) or len(set(own)) < 2 or (grey.holds(match.start()) and not quoted):
        return False
    sides = set(own) & {"left", "top", "right", "bottom"}
    return quoted or not sides or len(sides) == 4 or len(set(own) - sides) > 1


def _is_keyed(match: re.Match[str], grey: _Grey) -> bool:
    written = match.group().partition(":")[2] or match.group().partition("=")[2]
    if re.search(r"[\[({]", written):
        return True
    return len(DIGITS.findall(written)) > 1 and written.lstrip()[:1] in "\"'`\\"


def _is_call(match: re.Match[str], grey: _Grey) -> bool:
    count = len(DIGITS.findall(match["numbers"]))
    if action_of(match["name"]) not in ACTIONS - {"scroll", "hscroll", "press"}:
        return False
    return count > 1 or match.end() == len(match.string)


Kind: TypeAlias = Callable[[re.Match[str], _Grey], bool]
RULES: dict[str, tuple[re.Pattern[str], str, Kind]] = {  # and signs without which one finds none
    kind: (re.compile(rule, re.IGNORECASE), signs, is_group)
    for kind, rule, signs, is_group in (
        ("tokens", TOKENS, "<", lambda match, grey: True),
        ("tag", TAG, "<", _is_tagged),
        ("attributes", ATTRIBUTES, "<", _has_attributes),
        ("keyed", KEYED, ":=", _is_keyed),
        ("call", CALL, "(", _is_call),
        ("edges", EDGES, ":=", _are_edges),
        ("list", LIST, "[({［（【", _is_list),
        ("bare", BARE, "", _is_run),
    )
}
