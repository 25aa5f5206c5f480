"""A picture as pixels, whichever form it comes in."""

import torch

from deixis.core.image import Image
from deixis.models.interface import Picture, Pixels


def pixels_of(picture: Picture, device: torch.device | str = "cpu") -> Pixels:
    """The pixels of an image on that device; pixels stay what and where they are."""
    if isinstance(picture, Image):
        return torch.from_numpy(picture.pixels.copy()).to(device).permute(2, 0, 1).float()
    return picture
