"""Words as the COCO caption tools count them: tokens of the Penn Treebank without marks.

What Stanford's PTBTokenizer gives and COCO's list of marks leaves: "dog's" is dog 's, "don't" is
do n't, "t-shirt" is one, and "(left)" is -lrb- left -rrb-, since COCO's list has these marks in
capitals alone. Rare forms of addresses, fractions and smileys are simpler here.
"""

import re

ABBREVIATED = """
    dr mr mrs ms st lt ft mt sgt gov sen rep ave blvd vs jr sr inc co corp ltd bros etc est fig prof
    rev hon capt col gen adm maj dept rd jan feb mar apr jun jul aug sep sept oct nov dec mon tue
    wed thu fri p pp"""
SPLIT = {
    "cannot": ("can", "not"),
    "gonna": ("gon", "na"),
    "wanna": ("wan", "na"),
    "gotta": ("got", "ta"),
    "lemme": ("lem", "me"),
    "gimme": ("gim", "me"),
    "y'all": ("y'", "all"),
    "'tis": ("'t", "is"),
    "'twas": ("'t", "was"),
}
BRACKETS = {
    **{"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-"},
    **{"{": "-lcb-", "}": "-rcb-"},
}
MARKS = frozenset(["'", "`", "``", '"', ".", "?", "!", ",", ":", "-", "--", "…", ";"])
AS_ASCII = str.maketrans(
    {**dict.fromkeys("‘’‛′", "'"), **dict.fromkeys("“”„«»", '"'), "£": "#", "€": "$"}
    | dict.fromkeys("–—", "\u2014")
)
ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
ENTITY = re.compile("|".join(ENTITIES), re.IGNORECASE)
SHORT = "|".join(ABBREVIATED.split())
LETTER = r"[^\W\d_]"
ALNUM = r"[^\W_]"
WORD = rf"{ALNUM}+(?:[-/_]{ALNUM}+|(?<={LETTER})\.{LETTER}+)*"
TOKEN = re.compile(
    rf"""(?P<whole></?[A-Za-z][^<>]{{0,99}}> | https?://[^\s<>"]*[^\s<>".,;:!?)]
        | (?<![\w.+-]){ALNUM}[\w.+-]{{0,99}}@[\w.-]{{0,99}}{ALNUM})
    | (?P<smiley>[:;]-?[()])
    | (?P<dots>\.(?:\s?\.)+)
    | (?P<exclaimed>[!?]{{2,}})
    | (?P<letters>(?<!{ALNUM})(?:{LETTER}\.(?:{LETTER}\.)+(?!{ALNUM}) | {LETTER}\.(?![\w.])))
    | (?P<short>(?<![\w'])(?:{SHORT}|no(?=\.(?:\s\d|[\d,;:])))\.(?!{LETTER}))
    | (?P<capitals>(?-i:[A-Z]+(?:&[A-Z]+)+) | [A-Za-z]\+\+)
    | (?P<number>(?<![\w.])[-+]?\d+(?:[.,:/-]\d+)+(?!\d) | (?<!\w)[-+]\d+(?!{ALNUM})
        | (?<![\w.])\.\d+)
    | (?P<clitic>'(?:s|m|d|re|ve|ll)(?!{ALNUM}))
    | (?P<opened>(?<!{ALNUM})'(?:n'|em\b|tis\b|twas\b|\d\ds?\b))
    | (?P<denied>{ALNUM}*n't(?!{ALNUM}))
    | (?P<tag>[#@]{LETTER}\w*)
    | (?P<word>{WORD}(?:'(?!(?:s|m|d|re|ve|ll|t)(?!{ALNUM})){LETTER}+)?)
    | (?P<other>\S)""",
    re.IGNORECASE | re.VERBOSE,
)


def tokens(text: str) -> list[str]:
    """The tokens of a caption."""
    plain = ENTITY.sub(lambda found: ENTITIES[found.group().lower()], text.translate(AS_ASCII))
    found: list[str] = []
    for token in TOKEN.finditer(plain):
        found += _tokens(str(token.lastgroup), token.group().lower())
    return [token for token in found if token not in MARKS]


def _tokens(kind: str, said: str) -> tuple[str, ...]:
    if kind == "denied":
        return (said[:-3], "n't") if len(said) > 3 else ("n't",)
    if kind == "dots":
        return ()
    if kind == "smiley":
        return ("".join(BRACKETS.get(mark, mark) for mark in said),)
    if kind == "other":
        return (BRACKETS.get(said, said if said != "\u2014" else "-"),)
    return SPLIT.get(said, (said,))
