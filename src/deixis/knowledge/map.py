"""The map of what is known of a picture: which words hold where, never height x width x dim.

arXiv 2407.04681 fills a map P of zeros with text embeddings: masks overwrite one another in order,
P[j, k] = t_u for (j, k) in M_u; text boxes are added, P[j, k] += t_v for (j, k) in B_v. Here a
word's patches are kept as run lengths, so P is their sum times the table of embeddings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from deixis.core.errors import UnknownNameError
from deixis.core.mask import Mask, uncovered
from deixis.core.region import Region
from deixis.core.size import Size

RULES = ("paper", "score", "area", "weighted")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """Pixels of a picture at which a word's embedding stands, times `weight`."""

    mask: Mask
    word: int
    weight: float = 1.0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KnowledgeMap:
    """What is known of a picture of this size, and where; `word` of a patch counts in `words`."""

    size: Size
    words: tuple[str, ...]
    patches: tuple[Patch, ...]


def chart(notes: Sequence[Region], size: Size, rule: str = "paper") -> KnowledgeMap:
    """The map of some notes in the order in which they were found.

    A note with a label covers what earlier ones put under it; a note with a text adds it; one with
    both does both; one with neither says nothing. Which of two labels covers the other:

    - paper: the later note
    - score: the surer one; of equals the later
    - area: the smaller one; of equals the later
    - weighted: the later note; every embedding is multiplied by its note's score
    """
    if rule not in RULES:
        raise UnknownNameError(kind="rule", name=rule, known=RULES)
    kept = [(note, note.within(size).mask(size)) for note in notes if note.label or note.text]
    named = [(note, mask) for note, mask in kept if note.label]
    stacked = [named[place] for place in _stacking(named, rule)]
    words: dict[str, int] = {}
    patches: list[Patch] = []
    for (note, _), seen in zip(stacked, uncovered([mask for _, mask in stacked]), strict=True):
        if seen is not None:
            patches.append(_patch(words, note.label or "", seen, note, rule))
    for note, mask in kept:
        if note.text:
            patches.append(_patch(words, note.text, mask, note, rule))
    return KnowledgeMap(size=size, words=tuple(words), patches=tuple(patches))


def _patch(words: dict[str, int], word: str, mask: Mask, note: Region, rule: str) -> Patch:
    weight = note.score if rule == "weighted" and note.score is not None else 1.0
    return Patch(mask=mask, word=words.setdefault(word, len(words)), weight=weight)


def _stacking(named: Sequence[tuple[Region, Mask]], rule: str) -> list[int]:
    """From the lowest to the one on top."""
    places = list(range(len(named)))
    if rule == "score":
        scores = [1.0 if note.score is None else note.score for note, _ in named]
        return sorted(places, key=lambda place: scores[place])
    if rule == "area":
        areas = [mask.area for _, mask in named]
        return sorted(places, key=lambda place: -areas[place])
    return places
