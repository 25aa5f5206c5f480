"""CIDEr-D tells how alike a caption and the references are in the n-grams that tell pictures apart
(Vedantam et al., 2015), in the words of the COCO caption tools.

Those words are what Stanford's PTBTokenizer gives and COCO's list of marks leaves: "dog's" is dog
's, "don't" is do n't, "t-shirt" is one, and "(left)" is -lrb- left -rrb-, since COCO's list has
these marks in capitals alone. Rare forms of addresses, fractions and smileys are simpler here.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

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
    """The caption is split into tokens."""
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


LONGEST = 4  # words of an n-gram
SIGMA = 6.0  # of the penalty for another length
SCALE = 10.0
NGram: TypeAlias = tuple[str, ...]


@final
@dataclass(frozen=True, kw_only=True)
class Frequencies:
    """Each n-gram stands in so many pictures' references; its weight follows from that."""

    num_pictures: int
    pictures_with: Mapping[NGram, int]

    @classmethod
    def of(cls, references: Iterable[Sequence[str]]) -> "Frequencies":
        """N-grams are counted over the references of each picture."""
        found: Counter[NGram] = Counter()
        num_pictures = 0
        for captions in references:
            num_pictures += 1
            found.update({ngram for caption in captions for ngram in ngrams(tokens(caption))})
        return cls(num_pictures=num_pictures, pictures_with=found)

    def weight(self, ngram: NGram) -> float:
        """The rarity of an n-gram is a logarithm; one that no reference has counts as being in
        one.
        """
        there = max(1, self.pictures_with.get(ngram, 0))
        return math.log(self.num_pictures) - math.log(there)


@final
@dataclass(frozen=True, kw_only=True)
class _Vector:
    """A caption has its weighted n-grams by length, their norms, and its number of words."""

    weights: tuple[Mapping[NGram, float], ...]
    norms: tuple[float, ...]
    length: int


def cider_d(answer: str, references: Sequence[str], frequencies: Frequencies) -> float:
    """A caption scores 0 to 10; over many the mean is reported, as 100 times a share."""
    said = _vector(answer, frequencies)
    scores = [_likeness(said, _vector(one, frequencies)) for one in references]
    return SCALE * sum(scores) / len(scores) if scores else 0.0


def ngrams(said: Sequence[str]) -> Counter[NGram]:
    """All runs of 1 to 4 words are counted."""
    return Counter(
        tuple(said[begin : begin + n])
        for n in range(1, LONGEST + 1)
        for begin in range(len(said) - n + 1)
    )


def _vector(caption: str, frequencies: Frequencies) -> _Vector:
    said = tokens(caption)
    weights: tuple[dict[NGram, float], ...] = tuple({} for _ in range(LONGEST))
    for ngram, count in ngrams(said).items():
        weights[len(ngram) - 1][ngram] = count * frequencies.weight(ngram)
    norms = tuple(math.sqrt(sum(w * w for w in part.values())) for part in weights)
    return _Vector(weights=weights, norms=norms, length=max(len(said) - 1, 0))


def _likeness(said: _Vector, reference: _Vector) -> float:
    """The likeness is the mean over the lengths of n-grams; repeating one more often than the
    reference does not count.
    """
    total = 0.0
    for n in range(LONGEST):
        theirs = reference.weights[n]
        shared = sum(
            min(w, theirs[g]) * theirs[g] for g, w in said.weights[n].items() if g in theirs
        )
        if said.norms[n] and reference.norms[n]:
            shared /= said.norms[n] * reference.norms[n]
        total += shared
    apart = said.length - reference.length  # the reference counts pairs of words here
    return total / LONGEST * math.exp(-(apart**2) / (2 * SIGMA**2))
