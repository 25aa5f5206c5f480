"""A tower's card: how many drawings alone it names, by artist and side, with intervals."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from deixis.core.errors import UsageError
from deixis_lab.things.art import Art
from deixis_lab.things.artists import ARTISTS, Artist
from deixis_lab.things.names import thing_named, thing_names
from deixis_lab.towers.figures import NamingRate, looked_at, rates_by_list, rates_by_meaning
from deixis_lab.towers.naming import NamingTower

SIDES = (32, 48, 64, 96)
Told = dict[str, list[NamingRate]]
LISTED, MEANT, NEW = (
    "listed names",
    "listed names, by meaning",
    "names that it never met, by meaning",
)


def examined(
    tower: NamingTower, names: Sequence[str], art: Art, sides: Sequence[int] = SIDES
) -> Told:
    """All rates of a tower, by what was asked. UsageError for a coarse one: it names no thing."""
    if not {thing.name for thing in thing_names()}.issuperset(names):
        raise UsageError(
            "a coarse tower lists groups and names nothing: "
            "deixis train things_look_alikes tells what it tells apart"
        )
    artists = [artist.name for artist in ARTISTS]
    new = new_names(art)
    looked = looked_at(tower, art, names, artists, sides)
    unmet = looked_at(tower, art, new, artists, sides)
    return {
        LISTED: rates_by_list(tower, looked),
        MEANT: rates_by_meaning(tower, looked, names),
        NEW: rates_by_meaning(tower, unmet, new) if new else [],
    }


def new_names(art: Art) -> list[str]:
    """The names that no training has met, of which there are drawings."""
    return [t.name for t in thing_names() if t.is_held_out and t.name in art.by_name]


def by_category_alone(names: Sequence[str]) -> float:
    """The share that is named rightly by who knows each one's category, and among the names of that
    guesses: each category has one right guess on average, however many its names.
    """
    return len({thing_named(name).category for name in names}) / len(names)


def card(told: Told, art: Art, *, num_names: int, command: str) -> str:
    """The rates as a page."""
    lines = [
        "# A tower of things",
        "",
        f"It lists {num_names} names. Each figure is the share of an artist's drawings, one a name",
        "and alone on white, that it names rightly, with Wilson's interval of 95 %, and the share",
        "whose name is among its five best. A star marks artists of held-out houses.",
        "",
        f"`{command}`",
    ]
    for asked, rates in told.items():
        lines += ["", f"## {asked.capitalize()}", "", *_table(rates)]
        if asked == NEW and rates:
            share = by_category_alone(new_names(art))
            lines += ["", f"Who knew of each its category alone would name {share:.1%}."]
    return "\n".join(lines) + "\n"


def record(told: Told) -> dict[str, Any]:
    """The same as JSON."""
    return {
        asked: [asdict(rate) | {"interval": list(rate.interval)} for rate in rates]
        for asked, rates in told.items()
    }


def _table(rates: Sequence[NamingRate]) -> list[str]:
    sides = sorted({rate.side for rate in rates})
    found = {(rate.artist, rate.side): rate for rate in rates}
    heads = [f"{side} px" for side in sides]
    lines = [
        f"| artist | drawings | {' | '.join(heads)} |",
        "| --- |" + " ---: |" * (len(sides) + 1),
    ]
    for artist in ARTISTS:
        if (artist.name, sides[0]) in found:
            mine = [found[artist.name, side] for side in sides]
            lines.append(f"| {_called(artist)} | {mine[0].num} | {' | '.join(map(_cell, mine))} |")
    return lines


def _cell(rate: NamingRate) -> str:
    low, high = rate.interval
    return f"{rate.first:.1%} ({low:.1%} to {high:.1%}), {rate.top_five:.1%}"


def _called(artist: Artist) -> str:
    return (
        artist.name + ("*" if artist.is_held_out else "") + (", black" if artist.is_black else "")
    )
