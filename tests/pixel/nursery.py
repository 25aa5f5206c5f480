"""Prompts with numbers in them, and pictures for them."""

import numpy as np
import torch

from deixis.core.image import Image
from deixis.pixel.prompts import Layout, PixelPrompt, build

SIDE, WIDTH = 23, 4


def picture(width: int = 31, height: int = 19, *, seed: int = 0) -> Image:
    draws = np.random.default_rng(seed)
    return Image(pixels=draws.integers(0, 256, (height, width, 3), dtype=np.uint8))


def learned(
    kind: str, *, side: int = SIDE, width: int = WIDTH, mode: str = "free", size: float = 0.5
) -> PixelPrompt:
    """A prompt as if it were trained: normal numbers."""
    prompt = build(kind, Layout(side=side, width=width, mode=mode))
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for numbers in prompt.parameters():
            numbers += size * torch.randn(numbers.shape, generator=generator)
    return prompt
