"""Kinds of pixel prompts: how learned numbers change a picture."""

from deixis.core.catalog import Catalog
from deixis.pixel.prompts._prompt import MODES, STARTS, WHITE, Layout, PixelPrompt

prompts: Catalog[PixelPrompt] = Catalog(
    kind="pixel prompt",
    package="deixis.pixel.prompts",
    group="deixis.pixel_prompts",
    interface=PixelPrompt,
    rows={
        "border": "overlays:BorderOverlay",
        "full": "overlays:FullOverlay",
        "fixed_patch": "overlays:FixedPatch",
        "random_patch": "overlays:RandomPatch",
    },
)


def build(kind: str, layout: Layout | None = None) -> PixelPrompt:
    """An untrained prompt of that kind."""
    made = prompts.get(kind)
    return made(layout or Layout(width=made.usual_width))


def kind_of(prompt: PixelPrompt) -> str:
    """Its name in the catalog."""
    return prompt.kind


__all__ = ["MODES", "STARTS", "WHITE", "Layout", "PixelPrompt", "build", "kind_of", "prompts"]
