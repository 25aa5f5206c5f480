"""A prompt for those who can send pictures only: as PNG files, with what 8 bits cost."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image as PIL
from torch import Tensor

from deixis.core.errors import UnsupportedError
from deixis.core.files import make_folder, write_bytes
from deixis.pixel.card import Exported, Quantised
from deixis.pixel.prompts import PixelPrompt, build, kind_of

GREY = 128  # where an overlay adds nothing
PROBES = (0.0, 64.0, 128.0, 192.0, 255.0)  # grounds on which rounding is measured


def in_mode(prompt: PixelPrompt, mode: str) -> PixelPrompt:
    """The same numbers, their pixels kept in another range."""
    made = build(kind_of(prompt), replace(prompt.layout, mode=mode))
    made.load_state_dict(prompt.state_dict())
    return made.eval().requires_grad_(False)


@torch.no_grad()
def quantised(prompt: PixelPrompt) -> Quantised:
    """What whole numbers of 0..255 lose, where the prompt touches a picture: over five even grounds
    (a frame replaces pixels, so there they make no difference).
    """
    free, whole = in_mode(prompt, "free"), in_mode(prompt, "8bit")
    grounds = [torch.full((3, *_square(prompt)), value) for value in PROBES]
    pairs = [(free(ground), whole(ground), free.placed(ground)) for ground in grounds]
    touched = [(one - placed).abs().sum(0) > 0 for one, _, placed in pairs]
    where = free.touched  # on the CPU, wherever the prompt is
    if where is not None:
        touched = [where for _ in pairs]
    given = torch.cat([one[:, where] for (one, _, _), where in zip(pairs, touched, strict=True)], 1)
    kept = torch.cat([one[:, where] for (_, one, _), where in zip(pairs, touched, strict=True)], 1)
    if given.numel() == 0:
        return Quantised(outside=0.0, error=0.0)
    outside = ((given < 0) | (given > 255)).float().mean()
    return Quantised(outside=float(outside), error=float((given - kept).abs().mean()))


@torch.no_grad()
def export(prompt: PixelPrompt, folder: Path) -> tuple[Path, ...]:
    """PNG files of it: `frame.png`, opaque where the prompt's pixels take the picture's place, or
    `overlay.png`, what is added to each pixel, as grey 128 and above or below (halved).
    """
    make_folder(folder)
    kind = kind_of(prompt)
    if kind == "frame":
        assert prompt.touched is not None
        whole = in_mode(prompt, "8bit")(torch.zeros(3, *_square(prompt)))
        alpha = 255 * prompt.touched.to("cpu", torch.uint8)
        pixels = torch.cat([whole.to(torch.uint8), alpha[None]])
        return (_written(folder / "frame.png", _rows(pixels)),)
    if kind in ("border", "full", "fixed_patch"):
        ground = torch.zeros(3, *_square(prompt))
        added = in_mode(prompt, "free")(ground) - ground
        half = (added / 2 + GREY).round().clamp(0, 255).to(torch.uint8)
        return (_written(folder / "overlay.png", _rows(half)),)
    raise UnsupportedError(
        f"a {kind} prompt moves the picture or itself, so no one PNG holds it: send pictures "
        "through `deixis ask --pixel`, which makes 8-bit ones"
    )


@torch.no_grad()
def exported(prompt: PixelPrompt, file: Path) -> Exported:
    """What is lost where the prompt is rebuilt from the file that `export` wrote, which is read."""
    with PIL.open(file) as picture:
        held = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float()
    free, where = in_mode(prompt, "free").cpu(), prompt.touched
    assert where is not None
    where = where.cpu()
    grounds = [torch.full((3, *_square(prompt)), value) for value in (0.0, *PROBES)]
    given = torch.stack([free(ground)[:, where] for ground in grounds])
    kept = torch.stack([_laid(held, ground)[:, where] for ground in grounds])
    least, most = (0, 255) if _is_opaque(held) else (-2 * GREY, 2 * (255 - GREY))
    numbers = given[0]  # on black, a pixel is what is learned
    whole = kept[1:].clamp(0, 255)
    return Exported(
        file=file.name,
        outside=float(((numbers < least) | (numbers > most)).float().mean()),
        error=float((numbers - kept[0]).abs().mean()),
        pixels=float((given[1:] - whole).abs().mean()),
    )


def _laid(
    held: Float[Tensor, "channel side side"], ground: Float[Tensor, "3 side side"]
) -> Float[Tensor, "3 side side"]:
    """A file's pixels on a picture, as whoever has the file alone can lay them."""
    if _is_opaque(held):
        return torch.where(held[3:] > 0, held[:3], ground)
    return ground + 2 * (held - GREY)


def _is_opaque(held: Float[Tensor, "channel side side"]) -> bool:
    """Whether a file's pixels take the picture's place; otherwise they are added."""
    return len(held) == 4


def _square(prompt: PixelPrompt) -> tuple[int, int]:
    return prompt.layout.side, prompt.layout.side


def _rows(pixels: Tensor) -> UInt8[np.ndarray, "row column channel"]:
    return pixels.permute(1, 2, 0).contiguous().numpy()


def _written(path: Path, pixels: UInt8[np.ndarray, "row column channel"]) -> Path:
    buffer = io.BytesIO()
    PIL.fromarray(pixels).save(buffer, format="PNG")
    write_bytes(path, buffer.getvalue())
    return path


def shown(prompt: PixelPrompt) -> Float[Tensor, "3 side side"]:
    """The prompt on grey, as a picture for people."""
    with torch.no_grad():
        return in_mode(prompt, "8bit")(torch.full((3, *_square(prompt)), float(GREY)))
