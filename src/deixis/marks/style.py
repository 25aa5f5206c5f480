"""A style says how a mark looks."""

from dataclasses import dataclass, field, fields
from typing import Literal, TypeAlias, final

from deixis.core.errors import UsageError
from deixis.marks.colours import NAMED, Colour, whole

Profile: TypeAlias = Literal["plain", "paper", "release"]
PROFILES: tuple[Profile, ...] = ("plain", "paper", "release")
ANCHOR = 336  # widths are pixels of a picture whose longer side has so many
WIDEST = 100
ALPHA = 128  # that of the paper's evaluations
SEEDS = 2**53  # so that JSON holds every seed exactly


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Style:
    """A mark's colour, alpha and width, and how what is left to chance is settled.

    `alpha`: 0..255. `width`: in pixels of a picture of 336, scaled with the picture; of lines, of
    a point its radius. None is the shape's own. `profile`: "plain" leaves nothing to chance;
    "paper" and "release" place and bend the mark at random, named by `seed`, as ViP-LLaVA's paper
    or its released code does (2312.00784). `article`: "the red arrow" or "red arrow".
    """

    colour: Colour = field(default_factory=lambda: Colour(rgb=NAMED["red"], name="red"))
    alpha: int | None = None
    width: int | None = None
    profile: Profile = "plain"
    seed: int = 0
    article: bool = True

    def __repr__(self) -> str:
        told = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.name != "colour" and getattr(self, one.name) != one.default
        ]
        colour = self.colour.name or "#{:02x}{:02x}{:02x}".format(*self.colour.rgb)
        return f"Style({', '.join([f'colour={colour!r}', *told])})"

    def __post_init__(self) -> None:
        settled = {
            "seed": whole("a mark's seed", self.seed, 0, SEEDS - 1),
        }
        if self.alpha is not None:
            settled["alpha"] = whole("a mark's alpha", self.alpha, 0, 255)
        if self.width is not None:
            settled["width"] = whole("a mark's width", self.width, 1, WIDEST)
        for name, value in settled.items():
            object.__setattr__(self, name, value)
        if self.profile not in PROFILES:
            raise UsageError(
                f"a style's profile is one of {', '.join(PROFILES)}, got {self.profile!r}"
            )
