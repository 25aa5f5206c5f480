"""What may be in a picture, by named splits: some things are held out of training on purpose."""

from dataclasses import dataclass, replace
from functools import cache
from typing import final

from deixis.core.errors import UnknownNameError
from deixis_lab.world.entities import Entity, entities
from deixis_lab.world.words import lexicon

STYLES = ("plain", "outline", "shadow", "gradient", "striped")
NOVEL_STYLES = ("gradient", "striped")
EVERY_NOVEL_ENTITY, EVERY_NOVEL_WORD = 8, 10
EVERY_RENAMED = 7  # of the known entities lends its name to a new look


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A named set of pictures: what they are made of, and their own stream of draws.

    `stream` keeps the splits' pictures apart: no two splits share one.
    """

    name: str
    stream: int
    entities: tuple[Entity, ...]
    styles: tuple[str, ...]
    words: tuple[str, ...]


def novel_entities() -> tuple[Entity, ...]:
    """Those that no training picture has: every eighth of the list, so from all groups."""
    return entities()[EVERY_NOVEL_ENTITY - 3 :: EVERY_NOVEL_ENTITY]


def novel_looks() -> tuple[Entity, ...]:
    """Names that training pictures have, with the pictograms of the novel entities: an encoder has
    never seen such a thing, a language model knows its name.
    """
    novel = novel_entities()
    known = [entity for entity in entities() if entity not in set(novel)]
    return tuple(
        replace(looks, name=named.name)
        for looks, named in zip(novel, known[::EVERY_RENAMED], strict=True)
    )


def novel_words() -> tuple[str, ...]:
    """The words that no training picture has."""
    return lexicon()[EVERY_NOVEL_WORD - 1 :: EVERY_NOVEL_WORD]


@cache
def splits() -> dict[str, Split]:
    """All splits by name.

    train, validation and test differ in their draws only; each novel_… split has one part that
    training never saw; everything has all of it.
    """
    new_entities, new_words = set(novel_entities()), set(novel_words())
    known = tuple(entity for entity in entities() if entity not in new_entities)
    styles = tuple(style for style in STYLES if style not in NOVEL_STYLES)
    words = tuple(word for word in lexicon() if word not in new_words)
    parts = {
        "train": (known, styles, words),
        "validation": (known, styles, words),
        "test": (known, styles, words),
        "novel_entities": (novel_entities(), styles, words),
        "novel_styles": (known, NOVEL_STYLES, words),
        "novel_words": (known, styles, novel_words()),
        "everything": (entities(), STYLES, lexicon()),
        "novel_looks": (novel_looks(), styles, words),
    }
    return {
        name: Split(name=name, stream=stream, entities=things, styles=drawn, words=said)
        for stream, (name, (things, drawn, said)) in enumerate(parts.items())
    }


def split_named(name: str) -> Split:
    """The split of that name."""
    if name not in splits():
        raise UnknownNameError(kind="split", name=name, known=splits())
    return splits()[name]
