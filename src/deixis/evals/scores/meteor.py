"""METEOR is computed with its exact and stem stages (Banerjee and Lavie, 2005; Denkowski and Lavie,
2014).

The full program also matches synonyms of WordNet and a table of paraphrases; neither is here, so
scores are lower than its own and are reported as "METEOR (exact, stem)". Its stemmer is Porter's
second one and its function words are the commonest hundred of a corpus; ours are the first one and
a list of our own. Everything else is that of Meteor 1.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float

from deixis.evals.measure import columns, ratio
from deixis.evals.scores.porter import stem
from deixis.evals.scores.short_answers import words

BEAM = 32  # alignments that are followed at once where words are repeated
# what carries grammar rather than content; the list is ours
FUNCTION = """
    a an the this that these those of in on at by to from with for and or but as than into onto over
    under up down out off about is are was were be been being am do does did has have had it its he
    she they them his her their we you i my your our which who whom whose what there here not no so
    if while when where then some any all each"""
FUNCTION_WORDS = frozenset(FUNCTION.split())
NUMBERS = (
    "said_weight",
    "reference_weight",
    "said_length",
    "reference_length",
    "matched",
    "chunks",
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """`alpha` weighs precision against recall, `beta` and `gamma` shape the penalty for scattered
    matches, `delta` is the weight of content words, `stem` that of a match by stem. With `whole`,
    one chunk that holds all words of both sides counts as none: nothing is scattered.
    """

    alpha: float = 0.85
    beta: float = 0.2
    gamma: float = 0.6
    delta: float = 0.75
    stem: float = 0.6
    whole: bool = True


V1_5 = Parameters()  # of Meteor 1.5 for English, as caption benchmarks use
V2005 = Parameters(  # of the first paper
    alpha=0.9, beta=3.0, gamma=0.5, delta=0.5, stem=1.0, whole=False
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class WordMatch:
    """Two places, one in the answer and one in the reference, say the same; a match by stem
    weighs less.
    """

    said: int
    reference: int
    weight: float


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Draft:
    """An alignment has come so far; `used` has a bit for each place of the reference."""

    used: int = 0
    matches: tuple[WordMatch, ...] = ()
    weight: float = 0.0
    chunks: int = 0
    apart: int = 0

    @property
    def rank(self) -> tuple[float, float, int, int]:
        """Drafts rank by more matches, better ones, fewer chunks, and nearer places, in this
        order.
        """
        return -len(self.matches), -self.weight, self.chunks, self.apart


def meteor(answer: str, references: Sequence[str], parameters: Parameters = V1_5) -> float:
    """A caption scores 0 to 1: the best over its references."""
    return max(
        (float(value(numbers(answer, one, parameters), parameters)) for one in references),
        default=0.0,
    )


def best_numbers(
    answer: str, references: Sequence[str], parameters: Parameters = V1_5
) -> dict[str, float]:
    """The NUMBERS are those against the reference that fits best; summed over captions they give
    the score of a whole set.
    """
    each = [numbers(answer, one, parameters) for one in references] or [np.zeros(len(NUMBERS))]
    best = max(each, key=lambda found: float(value(found, parameters)))
    return dict(zip(NUMBERS, best.tolist(), strict=True))


def numbers(
    answer: str, reference: str, parameters: Parameters = V1_5
) -> Float[np.ndarray, " number"]:
    """One caption's score against one reference is computed from these, in the order of NUMBERS."""
    said, theirs = words(answer), words(reference)
    matches = align(said, theirs, parameters.stem)
    weight_of = _weights(said, parameters), _weights(theirs, parameters)
    chunks = num_chunks(matches)
    is_whole = len(matches) == len(said) == len(theirs) and chunks == 1
    return np.array(
        [
            sum(match.weight * weight_of[0][match.said] for match in matches),
            sum(match.weight * weight_of[1][match.reference] for match in matches),
            sum(weight_of[0]),
            sum(weight_of[1]),
            float(len(matches)),
            0.0 if is_whole and parameters.whole else float(chunks),
        ]
    )


def value(
    sums: Float[np.ndarray, "*more number"], parameters: Parameters = V1_5
) -> Float[np.ndarray, "*more"]:
    """The score follows from (summed) numbers."""
    said, theirs, said_length, length, matched, chunks = columns(sums)
    precision, recall = ratio(said, said_length, nothing=0.0), ratio(theirs, length, nothing=0.0)
    below = parameters.alpha * precision + (1 - parameters.alpha) * recall
    mean = ratio(precision * recall, below, nothing=0.0)
    penalty = parameters.gamma * ratio(chunks, matched, nothing=0.0) ** parameters.beta
    return np.asarray(mean * (1 - np.where(matched > 0, penalty, 0.0)))


def align(
    said: Sequence[str], reference: Sequence[str], stem_weight: float
) -> tuple[WordMatch, ...]:
    """Each word is matched at most once: as many as can be, then by the better stage, then in as
    few chunks as can be.
    """
    options = [_options(word, reference, stem_weight) for word in said]
    drafts = [_Draft()]
    for place, choices in enumerate(options):
        followed = list(drafts)
        for draft in drafts:
            followed += [
                _with(draft, WordMatch(said=place, reference=where, weight=weight))
                for where, weight in choices
                if not draft.used >> where & 1
            ]
        drafts = _kept(followed, place)
    return min(drafts, key=lambda draft: draft.rank).matches


def num_chunks(matches: Sequence[WordMatch]) -> int:
    """A chunk is a run of matches that are neighbours, in the same order, on both sides."""
    runs = 0
    before: WordMatch | None = None
    for match in matches:
        runs += before is None or not _follows(before, match)
        before = match
    return runs


def _options(word: str, reference: Sequence[str], stem_weight: float) -> list[tuple[int, float]]:
    root = stem(word)
    return [
        (where, 1.0 if other == word else stem_weight)
        for where, other in enumerate(reference)
        if other == word or stem(other) == root
    ]


def _with(draft: _Draft, match: WordMatch) -> _Draft:
    goes_on = bool(draft.matches) and _follows(draft.matches[-1], match)
    return _Draft(
        used=draft.used | 1 << match.reference,
        matches=(*draft.matches, match),
        weight=draft.weight + match.weight,
        chunks=draft.chunks + (not goes_on),
        apart=draft.apart + abs(match.said - match.reference),
    )


def _follows(before: WordMatch, match: WordMatch) -> bool:
    return match.said == before.said + 1 and match.reference == before.reference + 1


def _kept(drafts: Sequence[_Draft], place: int) -> list[_Draft]:
    """Of drafts that can go on alike the best is kept, and of these the best few."""
    best: dict[tuple[int, int], _Draft] = {}
    for draft in sorted(drafts, key=lambda one: one.rank):
        last = draft.matches[-1] if draft.matches else None
        end = last.reference if last is not None and last.said == place else -1
        best.setdefault((draft.used, end), draft)
    return list(best.values())[:BEAM]


def _weights(said: Sequence[str], parameters: Parameters) -> list[float]:
    return [1 - parameters.delta if word in FUNCTION_WORDS else parameters.delta for word in said]
