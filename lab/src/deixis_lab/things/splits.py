"""What may be in a picture of things, by named splits: names, houses and words are held out of
training on purpose, each for a claim.
"""

from dataclasses import dataclass
from functools import cache
from typing import final

from deixis.core.errors import UnknownNameError
from deixis_lab.things.artists import ARTISTS, artists_of, seen_artists
from deixis_lab.things.names import ThingName, thing_names
from deixis_lab.world.words import lexicon, novel_words

FIRST_STREAM = 100


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ThingSplit:
    """A named set of pictures: names, artists and words that may be in them, and their own stream
    of draws. `stream` keeps the splits' pictures apart: no two splits share one.
    """

    name: str
    stream: int
    names: tuple[ThingName, ...]
    artists: tuple[str, ...]
    words: tuple[str, ...]


@cache
def thing_splits() -> dict[str, ThingSplit]:
    """All splits by name.

    train, validation and test differ in their draws only. Each novel_… split has one part, or two,
    that training never saw, each unseen house apart and its black set apart; look_alikes has names
    whose members only a closer look tells apart; everything has all of it.
    """
    known = tuple(named for named in thing_names() if not named.is_held_out)
    novel = tuple(named for named in thing_names() if named.is_held_out)
    alike = tuple(named for named in known if named.look_alikes)
    seen = seen_artists()
    unseen = tuple(artist.name for artist in ARTISTS if artist.is_held_out)
    black = tuple(artist.name for artist in ARTISTS if artist.is_held_out and artist.is_black)
    emojione = tuple(name for name in artists_of("emojione") if name not in black)
    new_words = novel_words()
    words = tuple(word for word in lexicon() if word not in set(new_words))
    parts = {
        "train": (known, seen, words),
        "validation": (known, seen, words),
        "test": (known, seen, words),
        "novel_names": (novel, seen, words),
        "novel_houses": (known, unseen, words),
        "novel_emojione": (known, emojione, words),
        "novel_openmoji": (known, artists_of("openmoji"), words),
        "novel_black": (known, black, words),
        "novel_names_and_houses": (novel, unseen, words),
        "look_alikes": (alike, seen, words),
        "novel_words": (known, seen, new_words),
        "everything": (thing_names(), seen + unseen, lexicon()),
    }
    return {
        name: ThingSplit(name=name, stream=stream, names=names, artists=artists, words=said)
        for stream, (name, (names, artists, said)) in enumerate(parts.items(), FIRST_STREAM)
    }


def thing_split_named(name: str) -> ThingSplit:
    """The split of that name."""
    if name not in thing_splits():
        raise UnknownNameError(kind="split of things", name=name, known=thing_splits())
    return thing_splits()[name]
