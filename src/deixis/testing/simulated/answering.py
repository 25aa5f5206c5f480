"""What a simulated model answers, once its pictures are recognised and the question understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.testing.simulated.manner import Manner
from deixis.testing.simulated.pointing import Pointer, Visible, pointed_at
from deixis.testing.simulated.schemas import filled
from deixis.testing.simulated.sighting import Edges, KnownPicture, Sighting, cut_to_picture
from deixis.testing.simulated.spaces import Shares
from deixis.testing.simulated.wording import Wish
from deixis.testing.simulated.writing import Spot, Writing

UNKNOWN = "There is no such thing in the picture."
SHIFT_PART, EDGE_PART = 0.9, 0.43  # of an error: their squares add up to about one
COLOUR_WORDS = frozenset(
    {"red", "yellow", "blue", "white", "black", "cyan", "orange", "magenta", "green", "brown"}
    | {"purple", "pink", "grey", "gray", "gold", "lime", "teal", "navy", "silver", "violet"}
)
LARGEST_JITTER = 0.12  # of a thing's extent


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question, understood; and what chance says."""

    wish: Wish
    pointer: Pointer | None
    sightings: tuple[Sighting | None, ...]
    known: tuple[KnownPicture, ...]
    writing: Writing
    seen: Size  # of the picture that the model sees
    draws: Draws
    manner: Manner
    gives_all: bool = False
    schema: Mapping[str, Any] | None = None  # Any: JSON

    @property
    def sighting(self) -> Sighting:
        """The picture that it is about: the last one that is recognised."""
        return next(one for one in reversed(self.sightings) if one is not None)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedReply:
    """What is answered: words, places, or both."""

    words: str = ""
    spots: tuple[Spot, ...] = ()


def answer_to(asked: Asked) -> str:
    """The answer as it is written, under the schema if there is one."""
    answer = _answer(asked)
    rows = asked.writing.rows(answer.spots, asked.seen)
    if asked.schema is not None and rows is not None:
        y_first = asked.writing.is_y_first
        return filled(asked.schema, rows, answer.words, is_y_first=y_first)
    if not answer.spots:
        return answer.words
    written = asked.writing.write(answer.spots, asked.seen)
    return f"{answer.words}\n{written}" if answer.words else written


def _answer(asked: Asked) -> SimulatedReply:
    match asked.wish.want:
        case "places":
            return _places(asked)
        case "words":
            return _words(asked)
        case "pointed":
            return SimulatedReply(words=_named(asked))
        case "number":
            names = set(asked.wish.names)
            visible = asked.sighting.visible
            return SimulatedReply(words=str(sum(thing.label in names for thing, _ in visible)))
    names_shown = [f"a {thing.label}" for thing, _ in asked.sighting.visible]
    return SimulatedReply(words=f"I see {', '.join(names_shown)}." if names_shown else UNKNOWN)


def _places(asked: Asked) -> SimulatedReply:
    """Where the named things are."""
    manner, visible = asked.manner, asked.sighting.visible
    form = _form(asked)
    if manner.is_noise or manner.makes_up_places or not manner.looks:
        names = asked.wish.names or ("object",)
        return SimulatedReply(spots=tuple(_by_lot(name, form, asked.draws) for name in names))
    found = _wanted(asked, visible)
    if not found:
        names = asked.wish.names
        return SimulatedReply(words=asked.writing.nothing(names[0]) if names else UNKNOWN)
    if _is_mistaken(asked):
        name = str(found[0][0].label)
        others = [pair for pair in visible if pair[0].label not in asked.wish.names]
        if not others:
            return SimulatedReply(spots=(_by_lot(name, form, asked.draws),))
        thing, box = asked.draws.pick(others)
        return SimulatedReply(spots=(_spot(asked, (thing.named(label=name), box), form),))
    return SimulatedReply(spots=tuple(_spot(asked, pair, form) for pair in found))


def _wanted(asked: Asked, visible: Sequence[Visible]) -> list[Visible]:
    """The things that are meant, in the order of their names."""
    is_many = asked.wish.is_many or (asked.gives_all and not asked.wish.is_one)
    found: list[Visible] = []
    for name in asked.wish.names:
        named = [pair for pair in visible if pair[0].label == name]
        found += named if is_many else named[:1]
    return found


def _words(asked: Asked) -> SimulatedReply:
    """What stands on the named thing; with its place, where that is asked for too."""
    manner, name = asked.manner, asked.wish.names[0]
    visible = [pair for pair in asked.sighting.visible if pair[0].label == name]
    form = _form(asked)
    if not manner.looks or manner.is_noise:
        remembered = [one for known in asked.known for one in known.things if one.label == name]
        text = _text(remembered[0]) if manner.looks is False else _text(_any_thing(asked))
        spot = _by_lot(name, form, asked.draws)
    elif not visible:
        return SimulatedReply(words=f"I cannot see the {name} in the picture.")
    else:
        pair = visible[0]
        is_mistaken = _is_mistaken(asked)
        text = _text(_any_thing(asked, but=name) if is_mistaken else pair[0])
        makes_up = manner.makes_up_places
        spot = _by_lot(name, form, asked.draws) if makes_up else _spot(asked, pair, form)
    return SimulatedReply(words=text, spots=(spot,) if asked.wish.wants_place else ())


def _named(asked: Asked) -> str:
    """The name of what the question points at."""
    pointer, manner = asked.pointer, asked.manner
    assert pointer is not None
    sighting = asked.sighting
    if pointer.picture and pointer.picture <= len(asked.sightings):
        sighting = asked.sightings[pointer.picture - 1] or sighting
    if manner.is_noise or not manner.looks or pointer.encoding not in manner.follows:
        return _spoken(asked, _any_thing(asked))
    thing = pointed_at(pointer, sighting)
    if thing is None:
        return "There is nothing."
    if _is_mistaken(asked):
        thing = _any_thing(asked, but=thing.label)
    return _spoken(asked, thing)


def _spoken(asked: Asked, thing: Region) -> str:
    """A thing's name; or of what colour it is, where that is asked for and its name tells."""
    name = str(thing.label)
    if asked.wish.wants_colour:
        return next((word for word in name.split() if word in COLOUR_WORDS), name)
    return name


def _text(thing: Region) -> str:
    return thing.text or str(thing.label)


def _any_thing(asked: Asked, but: str | None = None) -> Region:
    """A thing of the picture by lot; of another name, if there is one."""
    things = asked.sighting.known.things
    others = [thing for thing in things if thing.label != but]
    return asked.draws.pick(others or things)


def _is_mistaken(asked: Asked) -> bool:
    """Whether it answers about another thing, by chance."""
    share = asked.draws.uniform(0, 1)
    if not asked.sighting.is_whole and share < asked.manner.misled:
        return True
    return asked.draws.uniform(0, 1) < asked.manner.wrong


def _form(asked: Asked) -> str:
    """Box or point: as asked, if the writing has words for it."""
    kinds = asked.writing.kinds
    return asked.wish.form if asked.wish.form in kinds else kinds[0]


def _by_lot(name: str, form: str, draws: Draws) -> Spot:
    """A place that has nothing to do with the picture."""
    xs = sorted((draws.uniform(0, 1), draws.uniform(0, 1)))
    ys = sorted((draws.uniform(0, 1), draws.uniform(0, 1)))
    if form == "point":
        return Spot(name=name, shares=(draws.uniform(0, 1), draws.uniform(0, 1)))
    return Spot(name=name, shares=(xs[0], ys[0], xs[1], ys[1]))


def _spot(asked: Asked, pair: Visible, form: str) -> Spot:
    """Where a thing is, as exactly as the model sees it."""
    thing, box = pair
    name, error, draws = str(thing.label), asked.manner.error, asked.draws
    if form == "box":
        return Spot(name=name, shares=_moved_box(box, error, draws))
    centre = thing.centre()
    x, y, *_ = asked.sighting.shares((centre.x, centre.y, centre.x, centre.y))
    if not (0 <= x <= 1 and 0 <= y <= 1):  # its middle is not shown
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return Spot(name=name, shares=_moved_point((x, y), error, draws))


def _moved_point(place: tuple[float, float], error: float, draws: Draws) -> Shares:
    if not error:
        return place
    return tuple(min(max(share + error * draws.normal(), 0.0), 1.0) for share in place)


def _moved_box(box: Edges, error: float, draws: Draws) -> Shares:
    """The box is shifted, and each edge is moved a little besides, by less in small things."""
    if not error:
        return box
    x0, y0, x1, y1 = box
    moved = []
    for low, high in ((x0, x1), (y0, y1)):
        shift = SHIFT_PART * error * draws.normal()
        jitter = min(EDGE_PART * error, LARGEST_JITTER * (high - low))
        ends = (low + shift + jitter * draws.normal(), high + shift + jitter * draws.normal())
        moved.append(sorted(ends))
    (left, right), (top, bottom) = moved
    return cut_to_picture((left, top, right, bottom))
