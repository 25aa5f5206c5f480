"""Drawings as other hands might have drawn them: what a tower learns from, so that it knows a thing
by an artist whom it never met.

A batch goes through six steps, each drawn by lot for each drawing: it is turned, scaled and bent;
its colours change; it is drawn again in lines, or in one ink; it gets a ground; pieces of others
come before it; it is photographed (blurred, darkened, with noise). Everything follows from the
generator, on any number of threads.
"""

import math
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

LUMINANCE = (0.3, 0.59, 0.11)
SOBEL = ((0.25, 0.5, 0.25), (0.0, 0.0, 0.0), (-0.25, -0.5, -0.25))
NEAR = 0.25  # a ground that is nearer to the drawing's mean in every channel hides it


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """Drawings without a ground: straight colour and coverage, 0..1."""

    rgb: Float[Tensor, "picture 3 row column"]
    alpha: Float[Tensor, "picture 1 row column"]


@final
class Lots:
    """Draws for a batch, one for each picture."""

    def __init__(self, generator: torch.Generator, num_pictures: int) -> None:
        self.generator, self.num_pictures = generator, num_pictures

    def between(self, low: float, high: float) -> Float[Tensor, " picture"]:
        """Evenly between two numbers."""
        return torch.rand(self.num_pictures, generator=self.generator) * (high - low) + low

    def wide(self, low: float, high: float, channels: int = 1) -> Float[Tensor, "picture _ 1 1"]:
        """The same in the shape of a picture, a number for each channel."""
        drawn = torch.rand(self.num_pictures, channels, 1, 1, generator=self.generator)
        return drawn * (high - low) + low

    def chance(self, share: float) -> Bool[Tensor, "picture 1 1 1"]:
        """Which pictures it happens to."""
        return self.wide(0.0, 1.0) < share

    def clouds(self, channels: int, bumps: int, side: int) -> Float[Tensor, "picture _ row column"]:
        """Smooth noise with so many bumps across, 0..1 and a little beyond."""
        lattice = torch.rand(self.num_pictures, channels, bumps, bumps, generator=self.generator)
        return functional.interpolate(lattice, (side, side), mode="bicubic", align_corners=False)

    def whole(self, low: int, high: int) -> int:
        """One whole number for the batch, `high` left out."""
        return int(torch.randint(low, high, (), generator=self.generator))


def restyled(
    drawings: Float[Tensor, "picture 4 _ _"],
    strangers: Float[Tensor, "picture 4 _ _"],
    is_black: Bool[Tensor, " picture"],
    *,
    side: int,
    generator: torch.Generator,
) -> Float[Tensor, "picture 3 side side"]:
    """Pictures of this side, -1..1. The drawings and the strangers, which come behind and before
    them, are premultiplied RGBA of 0..1; black ones are drawn with ink alone.
    """
    lots = Lots(generator, len(drawings))
    black = is_black.view(-1, 1, 1, 1)
    drawn = _recoloured(_placed(drawings, side, lots), black, lots)
    drawn, on_paper = _drawn_again(drawn, black, lots)
    pictures = _grounded(drawn, on_paper, strangers, lots)
    _put_before(pictures, strangers, lots)
    return (_photographed(pictures, lots) - 0.5) / 0.5


def redrawn(
    drawings: Float[Tensor, "picture 4 side side"],
    is_black: Bool[Tensor, " picture"],
    *,
    generator: torch.Generator,
) -> Float[Tensor, "picture 4 side side"]:
    """Drawings without a ground, as other hands might have drawn them, still within their frames;
    premultiplied as they came. Black art is bent only: whoever places it gives it its ink.
    """
    lots = Lots(generator, len(drawings))
    black = is_black.view(-1, 1, 1, 1)
    bent = _bent(drawings, lots)
    recoloured = _recoloured(bent, black, lots)
    drawn, _ = _drawn_again(recoloured, black, lots)
    rgb = torch.where(black, bent.rgb, drawn.rgb)
    return torch.cat([rgb * drawn.alpha, drawn.alpha], 1).clamp(0, 1)


def luminance(rgb: Float[Tensor, "picture 3 row column"]) -> Float[Tensor, "picture 1 row column"]:
    """How light it is, 0..1."""
    return (rgb * torch.tensor(LUMINANCE).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _placed(drawings: Tensor, side: int, lots: Lots) -> Drawn:
    far = lots.between(0, 1) < 0.15
    turn = torch.where(far, lots.between(-math.pi, math.pi), lots.between(-0.4, 0.4))
    scale, shear = lots.between(0.95, 1.75), lots.between(-0.2, 0.2)
    stretch = lots.between(-0.22, 0.22).exp()
    flip = torch.where(lots.between(0, 1) < 0.4, -1.0, 1.0)
    cos, sin = turn.cos(), turn.sin()
    room = (scale - 0.9).clamp(min=0.05) * 0.7
    rows = (
        torch.stack(
            [cos * scale * stretch * flip, shear - sin * scale, lots.between(-1, 1) * room], 1
        ),
        torch.stack([sin * scale * flip, cos * scale / stretch, lots.between(-1, 1) * room], 1),
    )
    return _moved(drawings, torch.stack(rows, 1), side, 0.22, lots)


def _bent(drawings: Tensor, lots: Lots) -> Drawn:
    """Sheared, stretched, mirrored and bent, but no larger than they were."""
    scale, shear = lots.between(1.0, 1.25), lots.between(-0.12, 0.12)
    stretch = lots.between(-0.15, 0.15).exp()
    flip = torch.where(lots.between(0, 1) < 0.4, -1.0, 1.0)
    still = torch.zeros(lots.num_pictures)
    rows = (
        torch.stack([scale * stretch.clamp(min=1) * flip, shear, still], 1),
        torch.stack([still, scale / stretch.clamp(max=1), still], 1),
    )
    return _moved(drawings, torch.stack(rows, 1), drawings.shape[-1], 0.12, lots)


def _moved(
    drawings: Tensor, turns: Float[Tensor, "picture 2 3"], side: int, bend: float, lots: Lots
) -> Drawn:
    grid = functional.affine_grid(turns, [lots.num_pictures, 4, side, side], align_corners=False)
    bent = (lots.clouds(2, 4, side) - 0.5) * bend * lots.chance(0.5)
    moved = functional.grid_sample(
        drawings, grid + bent.permute(0, 2, 3, 1), mode="bilinear", align_corners=False
    )
    alpha = moved[:, 3:].clamp(0, 1)
    return Drawn(rgb=(moved[:, :3] / alpha.clamp(min=1e-3)).clamp(0, 1), alpha=alpha)


def _recoloured(drawn: Drawn, black: Tensor, lots: Lots) -> Drawn:
    rgb = drawn.rgb
    hues = torch.einsum("pij,pjrc->pirc", _hue_turns(lots), rgb).clamp(0, 1)
    rgb = torch.where(lots.chance(0.45) & ~black, hues, rgb)
    grey = luminance(rgb)
    colourful = lots.wide(0.4, 1.6) * ~lots.chance(0.2)
    rgb = (grey + (rgb - grey) * colourful).clamp(1e-4, 1)
    rgb = rgb ** lots.wide(-0.5, 0.5).exp()
    rgb = torch.where(lots.chance(0.07), 1 - rgb, rgb)
    steps = 2 + (lots.wide(0, 4)).floor()
    rgb = torch.where(lots.chance(0.15), (rgb * steps).round() / steps, rgb)
    tinted = rgb * 0.5 + lots.wide(0, 1, 3) * 0.5 * (0.4 + grey)
    rgb = torch.where(lots.chance(0.1), tinted, rgb).clamp(0, 1)
    return Drawn(
        rgb=torch.where(black, lots.wide(0, 0.25) * lots.wide(0, 3, 3), rgb), alpha=drawn.alpha
    )


def _hue_turns(lots: Lots) -> Float[Tensor, "picture 3 3"]:
    """Turns of the colours about the axis of the greys."""
    angle = lots.between(-math.pi, math.pi)
    along = (1 - angle.cos()) / 3
    same, back, forth = (
        angle.cos() + along,
        along - angle.sin() / 3**0.5,
        along + angle.sin() / 3**0.5,
    )
    rows = (same, back, forth, forth, same, back, back, forth, same)
    return torch.stack(rows, 1).view(-1, 3, 3)


def _drawn_again(drawn: Drawn, black: Tensor, lots: Lots) -> tuple[Drawn, Tensor]:
    """Some get lines over their colours, some are lines on paper, some are one ink. Also tells
    which of them need a light ground.
    """
    rgb, alpha = drawn.rgb, drawn.alpha
    grey = luminance(rgb)
    edges = (_edges(grey * alpha, alpha) * lots.wide(2, 6) - 0.25).clamp(0, 1)
    edges = torch.where(lots.chance(0.5), functional.max_pool2d(edges, 3, 1, 1), edges)
    kind, ink = lots.wide(0, 1), lots.wide(0, 0.25)
    lined, bare, one_ink = (
        (kind >= low) & (kind < high) & ~black
        for low, high in ((0.0, 0.20), (0.20, 0.26), (0.26, 0.34))
    )
    paper = torch.where(lots.chance(0.5), torch.ones(1), lots.wide(0.5, 1, 3))
    lines = torch.where(bare, paper, rgb) * (1 - edges) + ink * edges
    dark = ((lots.wide(0.35, 0.75) - grey) * 12 + 0.5).clamp(0, 1)
    with_lines = lined | bare
    rgb = torch.where(with_lines, lines, torch.where(one_ink, ink, rgb))
    alpha = torch.where(with_lines, torch.maximum(alpha, edges), alpha)
    alpha = torch.where(one_ink, alpha * dark, alpha)
    return Drawn(rgb=rgb, alpha=alpha), black | one_ink


def _edges(light: Tensor, alpha: Tensor) -> Float[Tensor, "picture 1 row column"]:
    """Where lightness or coverage changes."""
    down = torch.tensor(SOBEL)
    kernels = torch.stack([down, down.T])[:, None]
    side = light.shape[-1]
    both = torch.cat([light, alpha], 1).reshape(-1, 1, side, side)
    slopes = functional.conv2d(both, kernels, padding=1).pow(2).sum(1).sqrt()
    return slopes.view(-1, 2, side, side).amax(1, keepdim=True)


def _grounded(drawn: Drawn, light: Tensor, strangers: Tensor, lots: Lots) -> Tensor:
    """The drawings on grounds: flat, cloudy, grainy, or a stranger out of focus; never so near to
    the drawing's own mean that it cannot be seen.
    """
    side = drawn.rgb.shape[-1]
    flat = torch.where(lots.chance(0.35), torch.ones(1), lots.wide(0, 1, 3))
    flat = torch.where(light, 0.55 + 0.45 * flat, flat)
    weight = drawn.alpha.sum((2, 3), keepdim=True).clamp(min=1)
    mean = (drawn.rgb * drawn.alpha).sum((2, 3), keepdim=True) / weight
    hidden = (flat - mean).abs().amax(1, keepdim=True) < NEAR
    apart = torch.where(luminance(mean) > 0.5, 0.05 + 0.3 * flat, 0.7 + 0.3 * flat)
    flat = torch.where(hidden, apart, flat)
    clouds = (lots.clouds(3, lots.whole(2, 9), side) - 0.5) * 0.5 * lots.chance(0.4)
    grain = (lots.clouds(1, side // 2, side) - 0.5) * 0.3 * lots.chance(0.25)
    ground = flat + clouds + grain
    behind = functional.interpolate(strangers[:, :3], (side // 3, side // 3), mode="area")
    behind = functional.interpolate(behind, (side, side), mode="bilinear", align_corners=False)
    ground = torch.where(lots.chance(0.12) & ~light, behind * 0.6 + flat * 0.4, ground).clamp(0, 1)
    pictures = drawn.rgb * drawn.alpha + ground * (1 - drawn.alpha)
    return torch.where(lots.chance(0.25) & light, 1 - pictures, pictures)


def _put_before(pictures: Tensor, strangers: Tensor, lots: Lots) -> None:
    """Pieces of strangers over a quarter of the pictures, near their borders."""
    side = pictures.shape[-1]
    small = int(side * (0.3 + 0.2 * lots.whole(0, 100) / 100))
    pieces = functional.interpolate(strangers, (small, small), mode="area")
    for place in range(len(pictures) // 4):
        along = lots.whole(-small // 2, side - small // 2)
        across = (-small // 3, side - 2 * small // 3)[lots.whole(0, 2)]
        top, left = (along, across) if lots.whole(0, 2) else (across, along)
        rows = slice(max(0, top), min(side, top + small))
        columns = slice(max(0, left), min(side, left + small))
        piece = pieces[-1 - place][
            :, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
        under = pictures[place, :, rows, columns]
        pictures[place, :, rows, columns] = piece[:3] + under * (1 - piece[3:])


def _photographed(pictures: Tensor, lots: Lots) -> Tensor:
    side = pictures.shape[-1]
    few = functional.interpolate(pictures, (side * 11 // 20,) * 2, mode="bilinear", antialias=True)
    soft = functional.interpolate(few, (side, side), mode="bilinear")
    taken = torch.where(lots.chance(0.2), soft, pictures) * lots.wide(0.75, 1.2)
    noise = torch.randn(taken.shape, generator=lots.generator)
    return (taken + noise * 0.05 * lots.wide(0, 1) * lots.chance(0.3)).clamp(0, 1)
