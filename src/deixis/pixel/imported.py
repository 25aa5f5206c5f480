"""Frames that TVP's release has learned, from its file, number by number and without running it."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from deixis.core.errors import ModelError, UnknownNameError, UsageError
from deixis.models.torch_file import read_torch_file
from deixis.pixel.card import IMPORTED, Card
from deixis.pixel.prompts import Layout
from deixis.pixel.prompts.frame import FramePrompt
from deixis.pixel.saved import SavedPrompt


def imported(path: Path, *, name: str | None = None) -> SavedPrompt:
    """The frame of a file such as TVP's `checkpoint_best.pth`: a float32 tensor of 3 · side · side
    whose inside is zero, of the name `perturbation` there.

    Its numbers are shares of white that stand around the picture, as ours are. The picture is
    placed as the release places it, by torchvision.
    """
    whole = _square(path, name)
    width = _width(whole)
    frame = FramePrompt(Layout(side=whole.shape[-1], width=width, crop="torchvision"))
    with torch.no_grad():
        frame.numbers.copy_(whole[:, frame.where])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    prompt = frame.eval().requires_grad_(False)
    return SavedPrompt(prompt=prompt, card=Card(settings={IMPORTED: digest}))


def _square(path: Path, name: str | None) -> Float[Tensor, "3 side side"]:
    opened = read_torch_file(path)
    tensors = opened.tensors()
    if name is not None and name not in tensors:
        raise UnknownNameError(kind="tensor", name=name, known=tensors)
    fitting = [
        one
        for one, stored in tensors.items()
        if (name is None or one == name) and _is_square(stored.shape) and stored.dtype == "F32"
    ]
    if len(fitting) != 1:
        some = sorted(tensors.items())[:9]
        listed = ", ".join(f"{one[:80]} {stored.shape}" for one, stored in some)
        raise UsageError(
            f"{path} holds {len(fitting)} float32 squares of three colours, a frame is one; name "
            f"it with --name. There are: {listed or 'no tensors'}"
        )
    stored = tensors[fitting[0]]
    content = b"".join(opened.chunks(stored))
    numbers = np.frombuffer(content, "<f4").reshape(stored.shape[-3:])
    if not np.isfinite(numbers).all():
        raise ModelError(f"{fitting[0]!r:.80} in {path} has numbers that are none: NaN or infinite")
    return torch.from_numpy(numbers.copy())


def _is_square(shape: tuple[int, ...]) -> bool:
    axes = shape[1:] if len(shape) == 4 and shape[0] == 1 else shape
    return len(axes) == 3 and axes[0] == 3 and axes[1] == axes[2] and 3 <= axes[1] <= 4096


def _width(whole: Float[Tensor, "3 side side"]) -> int:
    """The width of the frame outside of which, towards the middle, all is zero."""
    side = whole.shape[-1]
    rows, columns = (whole != 0).any(dim=0).nonzero().unbind(dim=1)
    if not len(rows):
        raise UsageError("the tensor is zero everywhere: there is no frame to see")
    to_edge = torch.stack([rows, columns, side - 1 - rows, side - 1 - columns]).amin(dim=0)
    width = int(to_edge.max()) + 1
    if 2 * width >= side:
        raise UsageError("the tensor has numbers in its middle, where a frame has its picture")
    return width
