"""Which dialect's form an answer has: what stands around its numbers, compared with what each
dialect says.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KnownForms:
    """The neighbours of pieces in each dialect's phrases; `vocabulary` holds the pieces of all."""

    phrases: Mapping[str, tuple[Pairs, ...]]
    vocabulary: frozenset[str]

    def likeness(self, answer: Written) -> Float[np.ndarray, " dialect"]:
        """How much of each dialect's form an answer has, and has nothing else: 0 to 1."""
        found = _pairs(answer.pieces, self.vocabulary)
        return np.array(
            [
                max(_overlap(found, phrase) for phrase in phrases)
                for phrases in self.phrases.values()
            ]
        )

    @property
    def names(self) -> list[str]:
        """The dialects in the order of `likeness`."""
        return list(self.phrases)


@cache
def known_forms() -> KnownForms:
    """The forms of every dialect of the catalog are said once."""
    said = {name: _said(name) for name in dialects.names()}
    vocabulary = frozenset(
        piece.text
        for phrases in said.values()
        for phrase in phrases
        for piece in phrase
        if LABEL not in piece.text
    )
    phrases = {
        name: tuple(_pairs(phrase, vocabulary) for phrase in of) for name, of in said.items()
    }
    return KnownForms(phrases=phrases, vocabulary=vocabulary)


def _said(name: str) -> list[tuple[WrittenPiece, ...]]:
    dialect = dialects.get(name)()
    regions = [box(210, 130, 480, 610), point(300, 520)]
    regions += [region.named(label=LABEL) for region in regions]
    return [written(dialect.say([region], SIZE)).pieces for region in regions]


def _pairs(pieces: tuple[WrittenPiece, ...], vocabulary: frozenset[str]) -> Pairs:
    """Neighbours among the pieces that any form has, from the first to the last."""
    kept = [piece.text for piece in pieces if piece.text in vocabulary]
    return Counter(pairwise([NOTHING, *kept, NOTHING]))


def _overlap(answer: Pairs, phrase: Pairs) -> float:
    """What both have, of what either has; repetitions of the phrase count once."""
    common = sum((answer & phrase).values())
    either = sum((answer | phrase).values())
    return common / either if either else 0.0
