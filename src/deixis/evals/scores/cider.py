"""CIDEr-D: how alike a caption and the references are in the n-grams that tell pictures apart
(Vedantam et al., 2015), in the words of the COCO caption tools.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from deixis.evals.scores.ptb import tokens

LONGEST = 4  # words of an n-gram
SIGMA = 6.0  # of the penalty for another length
SCALE = 10.0
NGram: TypeAlias = tuple[str, ...]


@final
@dataclass(frozen=True, kw_only=True)
class Frequencies:
    """In how many pictures' references each n-gram is; weights come from these."""

    num_pictures: int
    pictures_with: Mapping[NGram, int]

    @classmethod
    def of(cls, references: Iterable[Sequence[str]]) -> "Frequencies":
        """Counted over the references of each picture."""
        found: Counter[NGram] = Counter()
        num_pictures = 0
        for captions in references:
            num_pictures += 1
            found.update({ngram for caption in captions for ngram in ngrams(tokens(caption))})
        return cls(num_pictures=num_pictures, pictures_with=found)

    def weight(self, ngram: NGram) -> float:
        """How rare an n-gram is, as a logarithm; one that no reference has counts as in one."""
        there = max(1, self.pictures_with.get(ngram, 0))
        return math.log(self.num_pictures) - math.log(there)


@final
@dataclass(frozen=True, kw_only=True)
class _Vector:
    """The weighted n-grams of a caption, by length, their norms, and its number of words."""

    weights: tuple[Mapping[NGram, float], ...]
    norms: tuple[float, ...]
    length: int


def cider_d(answer: str, references: Sequence[str], frequencies: Frequencies) -> float:
    """The score of one caption, 0 to 10; over many the mean is reported, as 100 times a share."""
    said = _vector(answer, frequencies)
    scores = [_likeness(said, _vector(one, frequencies)) for one in references]
    return SCALE * sum(scores) / len(scores) if scores else 0.0


def ngrams(said: Sequence[str]) -> Counter[NGram]:
    """All runs of 1 to 4 words, counted."""
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
    """Mean over the lengths of n-grams; what is repeated more often than there does not count."""
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
