"""Which dialect's form an answer has: what stands around its numbers, compared with what each
dialect says, and with answers that were seen of it (`forms.toml`).
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Float

from deixis.ask.probe.written import Written, WrittenPiece, written
from deixis.coordinates import dialects
from deixis.core.region import box, point
from deixis.core.size import Size

Pairs: TypeAlias = Counter[tuple[str, str]]
SIZE = Size(width=1120, height=840)  # of a picture on which forms are said
LABEL = "wapiti"  # a word of no form
NOTHING = ""
SEEN = "forms.toml"
BARE = ("number", "sign")  # kinds of pieces that any form has
ANY_FORM = 0.6  # the likeness of dialects without words of their own, which read any form


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class KnownForms:
    """The neighbours of pieces in each dialect's phrases; `vocabulary` holds the pieces of all."""

    phrases: Mapping[str, tuple[Pairs, ...]]
    vocabulary: frozenset[str]
    least: Float[np.ndarray, " dialect"]

    def likeness(self, answer: Written) -> Float[np.ndarray, " dialect"]:
        """How much of each dialect's form an answer has, and has nothing else: 0 to 1."""
        found = _pairs(answer.pieces, self.vocabulary)
        likeness = [
            max(_likeness(found, phrase) for phrase in phrases) for phrases in self.phrases.values()
        ]
        return np.maximum(likeness, self.least)

    @property
    def names(self) -> list[str]:
        """The dialects in the order of `likeness`."""
        return list(self.phrases)


@cache
def known_forms() -> KnownForms:
    """The forms of every dialect of the catalog are said once."""
    said = {name: _said(name) for name in dialects.names()}
    for form in tomllib.loads(files(__package__).joinpath(SEEN).read_text(encoding="utf-8"))[
        "form"
    ]:
        if form["dialect"] in said:
            said[form["dialect"]].append(written(form["answer"]).pieces)
    bare = [all(piece.kind in BARE for phrase in of for piece in phrase) for of in said.values()]
    vocabulary = frozenset(
        piece.text
        for phrases in said.values()
        for phrase in phrases
        for piece in phrase
        if LABEL not in piece.text
    )
    return KnownForms(
        phrases={
            name: tuple(_pairs(phrase, vocabulary) for phrase in of) for name, of in said.items()
        },
        vocabulary=vocabulary,
        least=np.where(bare, ANY_FORM, 0.0),
    )


def _said(name: str) -> list[tuple[WrittenPiece, ...]]:
    dialect = dialects.get(name)()
    regions = [box(210, 130, 480, 610), point(300, 520)]
    regions += [region.named(label=LABEL) for region in regions]
    return [written(dialect.say([region], SIZE)).pieces for region in regions]


def _pairs(pieces: tuple[WrittenPiece, ...], vocabulary: frozenset[str]) -> Pairs:
    """Neighbours among the pieces that any form has, from the first to the last."""
    kept = [piece.text for piece in pieces if piece.text in vocabulary]
    return Counter(pairwise([NOTHING, *kept, NOTHING]))


def _likeness(answer: Pairs, phrase: Pairs) -> float:
    """The mean of two shares: how much of the phrase the answer has, and how much both have of
    what either has.
    """
    common = sum((answer & phrase).values())
    either = sum((answer | phrase).values())
    return (common / max(sum(phrase.values()), 1) + common / max(either, 1)) / 2
