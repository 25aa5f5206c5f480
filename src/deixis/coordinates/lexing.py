"""An answer's text is cut into tokens: numbers, words, brackets, strings and tags.

A token that touches the end of a text that goes on is not taken yet, so that the tokens are the
same however the text was cut. Each pattern's repetitions are bounded, and no token is looked at
twice but a string that never ends.
"""

import re

NUMBER = r"[-+]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][-+]?\d{1,4})?"
EXPONENT_BEGUN = re.compile(r"[eE][-+]?\Z")
NUMBER_BEGUN = re.compile(r"[-+]?\.?\Z")
OPENERS = {"[": "[", "(": "(", "{": "{", "［": "[", "（": "(", "【": "["}
CLOSERS = {"]": "[", ")": "(", "}": "{", "］": "[", "）": "(", "】": "["}
OPENING = re.compile(r"[\[({<［（【]")
TAG_OPENING = re.compile("<")
TOKEN = re.compile(
    rf"\s*(?:(?P<number>{NUMBER})|(?P<word>[^\W\d]\w{{0,99}})|(?P<open>[\[({{［（【])"
    r"|(?P<close>[\])}］）】])|(?P<comma>[,;，、；])|(?P<colon>[:=])|(?P<quote>[\"'])"
    r"|(?P<tag><)|(?P<other>\S))"
)
STRING_END = {
    '"': re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL),
    "'": re.compile(r"[^'\\\n]*(?:\\.[^'\\\n]*)*'"),
}
CALL_BEFORE = re.compile(r"[A-Za-z_][\w.]{0,60}\Z")

# tags whose text is a name, and tags in which a place stands, each with the tag that ends it
NAMING = {"ref": "/ref", "object_ref_start": "object_ref_end", "phrase": "/phrase"}
PLACING = {
    "box": "/box",
    "bbox": "/bbox",
    "point": "/point",
    "points": "/points",
    "track": "/track",
    "tracks": "/tracks",
    "polygon": "/polygon",
    "poly": "/poly",
    "quad": "/quad",
    "line": "/line",
    "det": "/det",
    "object": "/object",
    "obj": "/obj",
    "coordinate": "/coordinate",
    "coordinates": "/coordinates",
    "region": "/region",
    "box_start": "box_end",
    "quad_start": "quad_end",
    "point_start": "point_end",
    "begin_of_box": "end_of_box",
}
PARTING = ("sep", "/delimiter_of_multi_objects/", "delimiter_of_multi_objects")
ENDS = {**NAMING, **PLACING}
ENDING = frozenset(ENDS.values())
KNOWN = (*NAMING, *PLACING, *PARTING)
NAMES = "|".join(sorted({name.strip("/") for name in (*KNOWN, *ENDING)}, key=len, reverse=True))
# <loc_12>, <loc0012>, <patch_index_0012>, <165>, < 165 >, <165.5>
NUMBER_TAG = re.compile(
    r"<\|?\s{0,2}(?P<prefix>[A-Za-z_]{0,20}?)(?P<number>\d{1,6}(?:\.\d{1,6})?)\s{0,2}\|?>"
)
POINT_TOKEN = r"<POINT_\d{1,7}>"
# attributes may hold ">" in quotes, and no "<" but those of MolmoPoint's tokens
TAG = re.compile(
    rf"<\|?(?P<name>/?(?:{NAMES})/?)(?P<attributes>\s(?:[^<>\"']++|\"[^\"<]*+(?:{POINT_TOKEN}[^\"<]*+)*+\"|'[^'<]*+')*+)?+\|?/?>",
    re.IGNORECASE,
)
TAG_BEGUN = re.compile(
    rf"<\|?(?P<name>(?:{NAMES}))(?P<attributes>\s[^<]*+(?:{POINT_TOKEN}[^<]*+)*+)"
    r"(?:<[A-Z]{0,5}(?:_\d{0,7})?)?\Z",
    re.IGNORECASE,
)
TAG_CUT = re.compile(r"<\|?/?\s{0,2}[A-Za-z_]{0,30}\d{0,6}(?:\.\d{0,6})?\s{0,2}/?\|?\Z")
ATTRIBUTE = re.compile(
    r"([A-Za-z_]\w{0,20})\s{0,9}=\s{0,9}(?:\"([^\"<]*+(?:<POINT_\d{1,7}>[^\"<]*+)*+)\"|'([^'<]*)'|([^\s\"'<>=]+))"
)
ATTRIBUTE_BEGUN = re.compile(r"([A-Za-z_]\w{0,20})\s{0,9}=\s{0,9}[\"']?([^\"'=]*)\Z")
ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))",
    re.DOTALL,
)
ASCII_DIGIT = re.compile("[0-9]")
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def has_digit(text: str) -> bool:
    """Whether a text holds a digit of any script."""
    if text.isascii():
        return ASCII_DIGIT.search(text) is not None
    return any(map(str.isdigit, text))


def tag_may_go_on(text: str, at: int) -> bool:
    """Whether what begins at `at` and reaches the text's end may still become a tag."""
    return TAG_CUT.match(text, at) is not None or TAG_BEGUN.match(text, at) is not None


def may_go_on(text: str, start: int, end: int) -> bool:
    """Whether a token may go on in what comes: also 1e to 1e5, and -. to -.5."""
    if end == len(text) or EXPONENT_BEGUN.match(text, end) is not None:
        return True
    return NUMBER_BEGUN.match(text, start) is not None


def is_same_end(name: str, wanted: str) -> bool:
    """Whether a tag ends another: MolmoPoint opens <points> and closes </point>."""
    return name == wanted or {name, wanted} == {"/point", "/points"}


def attributes_of(written: str) -> tuple[dict[str, str], dict[str, int]]:
    """The attributes of a tag have these values, by their names in small letters, and begin here in
    what was written.
    """
    found: dict[str, str] = {}
    starts: dict[str, int] = {}
    for match in ATTRIBUTE.finditer(written):
        kind = next(i for i in (2, 3, 4) if match[i] is not None)
        found[match[1].lower()] = match[kind]
        starts[match[1].lower()] = match.start(kind)
    return found, starts


def unescaped(written: str) -> str:
    """A text between quotes says this."""
    return ESCAPE.sub(_character, written) if "\\" in written else written


def _character(escape: re.Match[str]) -> str:
    high, low, code, plain = escape.groups()
    if high is not None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
    if code is not None:
        half = 0xD800 <= int(code, 16) <= 0xDFFF
        return "\ufffd" if half else chr(int(code, 16))
    return ESCAPED.get(plain, plain)
