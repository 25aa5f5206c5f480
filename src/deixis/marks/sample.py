"""Marks are drawn by lot, as ViP-LLaVA's paper or its released code does (2312.00784).

The two differ: the paper's alpha is 128..255, its scribbles are quadratic, and regions without an
outline get a rectangle, ellipse or arrow; the code's alpha is 96..255, of masks 48..128, its
scribbles are cubic, and every shape has a fall-back for regions without an outline.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.mask import Mask
from deixis.core.portable_rng import Draws
from deixis.core.region import Region
from deixis.core.shapes import Polygon
from deixis.marks.colours import NAMED, Color, Rgb, color_of
from deixis.marks.mark import Mark
from deixis.marks.shapes import shape_named, shape_names
from deixis.marks.style import SEEDS, Style

Chance: TypeAlias = Literal["paper", "release"]
PAPER_ALPHAS = (128, 255)
WITHOUT_OUTLINE = ("arrow", "ellipse", "rectangle")


def draws_from(generator: np.random.Generator) -> Draws:
    """The generator's next number below SEEDS names a stream of draws."""
    bits = generator.bit_generator
    if isinstance(bits, np.random.PCG64):  # its raw stream gives what `integers` would, sooner
        return Draws(bits.random_raw() // (2**64 // SEEDS))
    return Draws(int(generator.integers(0, SEEDS)))


def sample_marks(
    regions: Sequence[Region],
    draws: Draws,
    *,
    profile: Chance = "release",
    kinds: Sequence[str] | None = None,
) -> tuple[Mark, ...]:
    """Each region gets a mark, in order, no two of one phrase.

    A shape that comes twice has a named colour that it has not had; other marks have a named colour
    or, as often, any colour without a name. Where a shape has had all named colours it has any
    other, which is spoken of by its numbers: "the #3fa2c4 arrow". `kinds` are the shapes to draw
    from.
    """
    asked = shape_names() if kinds is None else tuple(kinds)
    if not asked:
        raise UsageError("marks need at least one shape to be drawn from, got none")
    chosen = _chosen_shapes(regions, draws, asked, profile)
    marks: list[Mark] = []
    for region, shape in zip(regions, chosen, strict=True):
        used = [_name(mark) for mark in marks if mark.shape == shape]
        if chosen.count(shape) > 1 or draws.chance(50):
            free = [name for name in NAMED if name not in used]
            colour = color_of(draws.pick(free)) if free else _another(used, draws)
        else:
            colour = Color(rgb=_any(draws))
        style = sample_style(shape, draws, profile=profile, color=colour)
        marks.append(Mark(shape=shape, region=region, style=style))
    return tuple(marks)


def sample_style(shape: str, draws: Draws, *, profile: Chance, color: Color) -> Style:
    """One mark of a shape gets a style of that colour."""
    kind = shape_named(shape)
    return Style(
        color=color,
        alpha=draws.between(*(PAPER_ALPHAS if profile == "paper" else kind.alphas)),
        width=draws.between(*kind.widths),
        profile=profile,
        seed=draws.below(SEEDS),
        article=draws.chance(50),
    )


def _chosen_shapes(
    regions: Sequence[Region], draws: Draws, asked: tuple[str, ...], profile: Chance
) -> list[str]:
    """Each region gets one shape, drawn with replacement; none more often than there are named
    colours, as long as there is another.
    """
    chosen: list[str] = []
    for region in regions:
        free = [name for name in asked if chosen.count(name) < len(NAMED)] or list(asked)
        few = [name for name in free if name in WITHOUT_OUTLINE]
        has_outline = isinstance(region.shape, Polygon | Mask)
        boxed = profile == "paper" and not has_outline and bool(few)
        chosen.append(draws.pick(few if boxed else free))
    return chosen


def _name(mark: Mark) -> str | None:
    return None if mark.style.color is None else mark.style.color.name


def _any(draws: Draws) -> Rgb:
    return draws.below(256), draws.below(256), draws.below(256)


def _another(used: Sequence[str | None], draws: Draws) -> Color:
    """A colour beside those that have names is named by its numbers."""
    while True:
        rgb = _any(draws)
        name = "#{:02x}{:02x}{:02x}".format(*rgb)
        if name not in used and rgb not in NAMED.values():
            return Color(rgb=rgb, name=name)
