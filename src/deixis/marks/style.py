"""A style says how a mark looks."""

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias, final

from deixis.core import given
from deixis.core.errors import UnknownNameError
from deixis.marks.colours import NAMED, Color, Rgb, color_of, whole

Profile: TypeAlias = Literal["clear", "plain", "paper", "release"]
PROFILES: tuple[Profile, ...] = ("clear", "plain", "paper", "release")
ANCHOR = 336  # widths are pixels of a picture whose longer side has so many
WIDEST = 100
ALPHA = 128  # that of the paper's evaluations
OPAQUE = 255
SEEDS = 2**53  # so that JSON holds every seed exactly
RED = Color(rgb=NAMED["red"], name="red")


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Style:
    """A mark's colour, alpha and width, and how what is left to chance is settled.

    `alpha`: 0..255. `width`: in pixels of a picture of 336, scaled with the picture; of lines, of
    a point its radius. None is the shape's own. `profile`: "clear" is made to be seen, opaque and
    cased, in the colour that stands out most where none is given; "plain" is half transparent, and
    red where none is given; "paper" and "release" place and bend the mark at random, named by
    `seed`, as ViP-LLaVA's paper or its released code does (2312.00784). `article`: "the red arrow"
    or "red arrow".
    """

    color: Color | None = None
    alpha: int | None = None
    width: int | None = None
    profile: Profile = "clear"
    seed: int = 0
    article: bool = True

    def __repr__(self) -> str:
        told = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.name != "color" and getattr(self, one.name) != one.default
        ]
        if self.color is not None:
            colour = self.color.name or "#{:02x}{:02x}{:02x}".format(*self.color.rgb)
            told = [f"color={colour!r}", *told]
        return f"Style({', '.join(told)})"

    def __post_init__(self) -> None:
        given.flag("a style's article", self.article)
        if self.color is not None and not isinstance(self.color, Color):
            object.__setattr__(self, "color", color_of(self.color))
        settled = {
            "seed": whole("a mark's seed", self.seed, 0, SEEDS - 1),
        }
        if self.alpha is not None:
            settled["alpha"] = whole("a mark's alpha", self.alpha, 0, 255)
        if self.width is not None:
            settled["width"] = whole("a mark's width", self.width, 1, WIDEST)
        for name, value in settled.items():
            object.__setattr__(self, name, value)
        profile_named(self.profile)
        if self.color is None and self.profile != "clear":
            object.__setattr__(self, "color", RED)

    @property
    def rgb(self) -> Rgb:
        """The colour's numbers; those of red while the picture is to choose it."""
        return (self.color or RED).rgb

    @property
    def is_clear(self) -> bool:
        """Whether the mark is made to be seen."""
        return self.profile == "clear"

    @property
    def is_cased(self) -> bool:
        """Whether the mark has a casing: a clear one has, unless it is to be see-through."""
        return self.is_clear and self.alpha in (None, OPAQUE)


def profile_named(name: str) -> Profile:
    """The style of that name; UsageError if there is none."""
    given.text("a style's profile", name)
    for profile in PROFILES:
        if profile == name:
            return profile
    raise UnknownNameError(kind="profile (style) of marks", name=name, known=PROFILES)
