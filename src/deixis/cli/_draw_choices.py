"""The options of `deixis draw` become marks; the file stands apart so that other commands start
without it.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis.encodings.drawn import Drawn
from deixis.marks.colours import color_of
from deixis.marks.mark import Mark, told_apart
from deixis.marks.sample import sample_marks
from deixis.marks.settled import num_names_left, settled
from deixis.marks.style import Style

if TYPE_CHECKING:
    from deixis.ask.mark_visibility import Survival
    from deixis.models.interface import VisionLanguageModel


def has_names_for(arguments: argparse.Namespace, count: int) -> bool:
    """Whether so many marks can each have a colour of a name of its own."""
    if arguments.style != "clear" or arguments.color is not None:
        return True
    return count <= num_names_left([])


def chosen_marks(
    arguments: argparse.Namespace,
    image: Image,
    regions: Sequence[Region],
    own: Mapping[int, Drawn],
) -> list[Mark]:
    """Each region gets a mark as asked; what was left open is chosen to tell them apart. `own` are
    those that stand with a region itself, by its number.
    """
    count = len(regions)
    kinds = _for_each("shape", arguments.shape, count)
    colours = _for_each("color", arguments.color, count)
    if arguments.style in ("clear", "plain"):
        marks = [
            Mark(shape=kind or "rectangle", region=region, style=chosen_style(arguments, colour))
            for region, kind, colour in zip(regions, kinds, colours, strict=True)
        ]
    else:
        marks = _sampled(arguments, regions, kinds, colours)
    if arguments.style in ("clear", "plain"):
        own = {place: one.styled(arguments.style) for place, one in own.items()}
    marks = [own[place].mark if place in own else mark for place, mark in enumerate(marks)]
    marks = list(settled(image, marks))
    is_open = [
        own[place].any_color if place in own else colours[place] is None for place in range(count)
    ]
    apart: dict[int, Mark] = {}
    for place in sorted(range(count), key=lambda place: is_open[place]):
        taken = {mark.phrase for mark in apart.values()}
        apart[place] = told_apart(marks[place], taken, any_color=is_open[place])
    return [apart[place] for place in range(count)]


def _sampled(
    arguments: argparse.Namespace,
    regions: Sequence[Region],
    kinds: Sequence[str | None],
    colours: Sequence[str | None],
) -> list[Mark]:
    draws = Draws(chosen_style(arguments, None).seed)  # checked
    sampled = sample_marks(regions, draws, profile=arguments.style)
    marks: list[Mark] = []
    for mark, kind, colour in zip(sampled, kinds, colours, strict=True):
        style = mark.style
        if kind is not None and kind != mark.shape:
            (again,) = sample_marks([mark.region], draws, profile=arguments.style, kinds=[kind])
            style = replace(again.style, color=style.color)
        if colour is not None:
            style = replace(style, color=color_of(colour))
        if arguments.alpha is not None:
            style = replace(style, alpha=arguments.alpha)
        if arguments.width is not None:
            style = replace(style, width=arguments.width)
        marks.append(Mark(shape=kind or mark.shape, region=mark.region, style=style))
    return marks


def thickened_for(
    vlm: "VisionLanguageModel", image: Image, marks: Sequence[Mark]
) -> "list[Survival]":
    """Marks are made wider and stronger until the model can see them; what it sees of each comes
    with them.
    """
    from deixis.ask.mark_visibility import Sight

    sight = Sight(vlm, image)
    return [sight.survival(sight.thickened(mark)) for mark in marks]


def chosen_style(arguments: argparse.Namespace, colour: str | None) -> Style:
    """The options choose a style, here in this colour."""
    plain = Style(profile=arguments.style, seed=arguments.seed, width=arguments.width)
    if colour is not None:
        plain = replace(plain, color=color_of(colour))
    return plain if arguments.alpha is None else replace(plain, alpha=arguments.alpha)


def _for_each(option: str, given: str | None, count: int) -> list[str | None]:
    if given is None:
        return [None] * count
    listed = given.split(",")
    if len(listed) == 1:
        return [given] * count
    if len(listed) != count:
        raise UsageError(
            f"--{option} has {len(listed)} values for {count} regions; give 1 or {count}"
        )
    return [*listed]
