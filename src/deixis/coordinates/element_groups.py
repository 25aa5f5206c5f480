"""What stands in a tag, or in a text of numbers alone, is turned into groups of numbers."""

from dataclasses import replace

from deixis.coordinates.groups import Group
from deixis.coordinates.records import Context, grouped
from deixis.coordinates.scanned import Element, Parting, Token
from deixis.coordinates.values import Number, Words, all_numbers


def token_groups(element: Element, context: Context) -> list[Group]:
    """Tokens with one prefix, and nothing but blanks between, are a group, rings one outline."""
    runs: list[list[Token]] = [[]]
    ringed = False
    for item in element.items:
        if isinstance(item, Parting):
            ringed = ringed or item.is_ring
            runs.append([])
        elif isinstance(item, Token):
            if runs[-1] and runs[-1][-1].prefix != item.prefix:
                runs.append([])
            runs[-1].append(item)
    runs = [run for run in runs if run]
    if element.name in ("poly", "polygon", "quad") or (ringed and element.name is None):
        return [_token_group([token for run in runs for token in run], element, context, runs)]
    whole = replace(context, closed=True)  # but the last, which may go on
    found = [_token_group(run, element, whole, None) for run in runs[:-1]]
    return [*found, *(_token_group(run, element, context, None) for run in runs[-1:])]


def _token_group(
    run: list[Token], element: Element, context: Context, rings: list[list[Token]] | None
) -> Group:
    whole = element.name is not None and rings is not None
    return Group(
        form="tokens" if rings is None else "outline",
        numbers=tuple(token.value for token in run),
        start=element.start if whole else run[0].start,
        end=element.end if whole else run[-1].end,
        label=context.label,
        key=context.key,
        tag=element.name,
        prefix=run[0].prefix,
        closed=context.closed,
        spans=tuple((token.start, token.end) for token in run),
        has_fraction=any(token.has_point for token in run),
        parts=tuple(map(len, rings or ())),
    )


def plain_group(element: Element, numbers: list[Number], context: Context) -> Group:
    """Bare numbers in a tag are a group."""
    return grouped("plain", numbers, context, (element.start, element.end))


def joined_corners(first: Group, second: Group) -> Group:
    """Two corners are a box."""
    return replace(
        second,
        form="corners",
        numbers=(*first.numbers, *second.numbers),
        start=first.start,
        has_fraction=first.has_fraction or second.has_fraction,
        is_code=False,
    )


def bare_numbers(words: Words, context: Context) -> Group | None:
    """A text of numbers and separators alone, under the name of a place, is a list."""
    pieces = words.value.replace(",", " ").replace(";", " ").split()
    values = all_numbers([Words(piece, words.start, words.end, None) for piece in pieces])
    if values is None or len(values) < 2:
        return None
    around = Context(key=context.key, label=context.label)
    return grouped("list", values, around, (words.start, words.end), call=context.call)
