"""The simulated kinds of model: one for each dialect, and the usual hosted ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from deixis.coordinates import resizing
from deixis.coordinates.contract import Contract
from deixis.core.errors import UsageError
from deixis.testing.simulated import actions, lists, tokens
from deixis.testing.simulated.molmo_point import Patches
from deixis.testing.simulated.providers import (
    AsSent,
    ClaudeSides,
    OpenAITiles,
    Provider,
    ShrunkSides,
    SmartSides,
)
from deixis.testing.simulated.writing import Writing

Order: TypeAlias = Literal["x", "y"]
WRITINGS: dict[str, Writing] = {
    **lists.WRITINGS,
    **tokens.WRITINGS,
    **actions.WRITINGS,
    "molmo_point": Patches(),
}
# detectors: one prompt is for one thing and for many
GIVE_ALL = frozenset(
    {"deepseek_vl2", "florence2", "kosmos2", "locate_anything", "paligemma", "rex_omni"}
)
TARS = SmartSides(min_pixels=100 * 28 * 28, max_pixels=16384 * 28 * 28)
LARGE = SmartSides(min_pixels=56 * 56, max_pixels=16384 * 28 * 28)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of model: what it writes and in which space.

    `dialect` is Deixis' name for that, empty where it has none. `order` says which axis comes
    first. `space` is in words. `provider` is what is done to a picture before the model sees it.
    `gives_all`: asked for a thing, it gives all of that name, unless a single one is asked for.
    """

    name: str
    writing: Writing
    dialect: str
    order: Order = "x"
    space: str
    provider: Provider = AsSent()  # noqa: RUF009  # a frozen value
    gives_all: bool = False

    @property
    def contract(self) -> Contract:
        """What a user would tell Deixis of such a model: its dialect, and its provider's resize.
        UsageError where the resize is a law of your own, of which Deixis has no name.
        """
        return Contract(
            name=f"simulated:{self.name}",
            dialect=self.dialect,
            resize=_told(self.provider),
            source="deixis.testing.simulated",
            date="2026-11-29",
        )


def _told(provider: Provider) -> resizing.Resize:
    """The law by which Deixis undoes a provider's resize."""
    match provider:
        case AsSent():
            return resizing.Kept()
        case SmartSides(factor=factor, min_pixels=least, max_pixels=most):
            return resizing.Smart(factor=factor, min_pixels=least, max_pixels=most)
        case ShrunkSides(pixels=pixels):
            return resizing.LongestSide(edge=pixels)
        case OpenAITiles(box=box, short=short):
            return resizing.OpenaiTiles(box=box, short=short)
        case ClaudeSides(edge=edge, patches=patches):
            return resizing.ClaudeFit(max_edge=edge, max_patches=patches)
    raise UsageError(f"Deixis has no name for the resize {provider!r}; take one of `providers`")


def _row(
    name: str,
    space: str,
    *,
    writing: str = "",
    dialect: str | None = None,
    provider: Provider | None = None,
) -> Kind:
    spelled = WRITINGS[writing or name]
    return Kind(
        name=name,
        writing=spelled,
        dialect=name if dialect is None else dialect,
        order="y" if spelled.is_y_first else "x",
        space=space,
        provider=provider or AsSent(),
        gives_all=name in GIVE_ALL,
    )


OF_DIALECTS = (
    _row("permille", "0-1000"),
    _row("pixels", "pixels"),
    _row("unit", "0-1"),
    _row("padded_unit", "0-1, padded"),
    _row("claude", "pixels", provider=ClaudeSides()),
    _row("deepseek_vl2", "0-999"),
    _row("florence2", "bins of 1000"),
    _row("gemini", "0-1000"),
    _row("internvl", "0-1000"),
    _row("kosmos2", "32 cells"),
    _row("moondream", "0-1"),
    _row("molmo", "percent"),
    _row("molmo2", "0-1000"),
    _row("paligemma", "0-1023"),
    _row("qwen2_vl", "0-1000"),
    _row("qwen2_5_vl", "pixels", provider=LARGE),
    _row("qwen3_vl", "0-1000"),
    _row("locate_anything", "0-1000"),
    _row("rex_omni", "bins of 999"),
    _row("seed", "0-1000"),
    _row("minicpm_v", "0-1000"),
    _row("glm_v", "0-1000"),
    _row("kimi_vl", "0-1"),
    _row("holo", "pixels", provider=LARGE),
    _row("agentcpm_gui", "0-1000"),
    _row("molmo_point", "patches"),
    _row("ui_tars", "0-1000"),
    _row("ui_tars_1_5", "pixels", provider=TARS),
    _row("opencua", "pixels", provider=LARGE),
    _row("anthropic_computer", "pixels", provider=ClaudeSides()),
    _row("openai_computer", "pixels"),
    _row("gemini_computer", "0-1000"),
)
HOSTED = (
    _row("gpt", "pixels", writing="pixel_edges", dialect="pixels", provider=OpenAITiles()),
    _row("gpt_original", "pixels", writing="pixel_edges", dialect="pixels"),
    _row("gpt_unit", "0-1", writing="unit", dialect="unit", provider=OpenAITiles()),
    _row(
        "claude_high",
        "pixels",
        writing="claude",
        dialect="claude",
        provider=ClaudeSides(edge=2576, patches=4784),
    ),
    _row("gemini_list", "0-1000", writing="permille_y_first", dialect="gemini"),
    _row(
        "qwen2_5_vl_small",
        "pixels",
        writing="qwen2_5_vl",
        dialect="qwen2_5_vl",
        provider=SmartSides(min_pixels=4 * 28 * 28, max_pixels=1280 * 28 * 28),
    ),
    _row("shrunk", "pixels", writing="pixels", dialect="pixels", provider=ShrunkSides(pixels=1024)),
    _row("percent", "percent", dialect=""),
)


def kinds() -> Mapping[str, Kind]:
    """All simulated kinds by their names: Deixis' dialects first, then hosted ones."""
    return {kind.name: kind for kind in (*OF_DIALECTS, *HOSTED)}
