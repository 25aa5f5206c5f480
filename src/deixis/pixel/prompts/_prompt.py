"""What every pixel prompt is: a picture of any size in, one of the prompt's own size out."""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar, final

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.core.view import BLACK, Resized, View, Windowed, centre_window
from deixis.models.interface import KnownPixelChange, picture_size
from deixis.models.tensor_interface import changed_image
from deixis.models.tensor_view import look

MODES = ("free", "clamped", "8bit")
STARTS = ("zero", "noise")
CROPS = ("nearest", "torchvision")
SHORT = 16  # hex digits of a digest that people may read
WHITE = 255.0  # the learned numbers are shares of it


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The sizes of a prompt, and which pictures it may give."""

    stored_name = "Layout"

    side: int = 224  # pixels of the picture that comes out, which is square
    width: int = 30  # of the frame; of a patch its side
    mode: str = "free"  # free: any number; clamped: within 0..255; 8bit: whole ones
    start: str = "zero"  # of the numbers before training; noise: normal, as VP's
    seed: int = 0  # of the noise, and of places that are drawn
    crop: str = "nearest"  # the resized long side: nearest whole number, or as torchvision cuts it

    def __post_init__(self) -> None:
        named = (("mode", self.mode, MODES), ("start", self.start, STARTS))
        for kind, name, known in (*named, ("crop", self.crop, CROPS)):
            if name not in known:
                raise UnknownNameError(kind=f"{kind} of a pixel prompt", name=name, known=known)
        if not 2 <= self.side <= 4096:
            raise UsageError(f"a prompt's side is 2..4096 pixels, got {self.side}")
        if not 1 <= self.width <= self.side:
            raise UsageError(f"a prompt's width is 1..{self.side} pixels, got {self.width}")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"a seed is within 0..2^63, got {self.seed}")

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.record.items())
        return f"Layout({told})"

    @property
    def record(self) -> dict[str, object]:
        """Its fields; what came later only where it is not as before: answers are kept under it."""
        told = asdict(self)
        if self.crop == "nearest":
            del told["crop"]
        return told

    @property
    def size(self) -> Size:
        """Of the picture that comes out."""
        return Size(width=self.side, height=self.side)


class PixelPrompt(nn.Module, KnownPixelChange):
    """Pixels in, pixels out, both 0..255 and before any normalisation.

    The picture is brought to the prompt's own size as `placing` says, with Pillow's own roundings;
    then `painted` applies what is learned. Each model resizes what comes out as it resizes any
    picture, so one prompt serves models of different input sizes.
    """

    stored_name: ClassVar[str] = ""  # in records and keys; empty: the name of its file
    usual_width: ClassVar[int] = 30

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout

    @override
    def forward(self, pixels: Float[Tensor, "3 height width"]) -> Float[Tensor, "3 side side"]:
        """The picture with the prompt."""
        return self.within(self.painted(self.placed(pixels)))

    @final
    def placed(self, pixels: Float[Tensor, "3 height width"]) -> Float[Tensor, "3 side side"]:
        """The picture at the prompt's size, without what is learned."""
        return look(self.placing(picture_size(pixels)), pixels)

    def placing(self, size: Size) -> View:
        """How a picture of this size is brought to the prompt's."""
        return cut_to(size, self.layout.size, self.layout.crop)

    @override
    def view(self, size: Size) -> View:
        return self.placing(size)

    @override
    def changed(self, image: Image) -> Image:
        return changed_image(self, image)

    @abstractmethod
    def painted(self, shown: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        """What is learned, applied to a picture of the prompt's size."""

    @property
    @abstractmethod
    def touched(self) -> Bool[Tensor, "side side"] | None:
        """Where it changes pixels; None where that depends on the picture."""

    @property
    @override
    def is_8bit(self) -> bool:
        return self.layout.mode == "8bit"

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "kind": self.kind,
            "layout": str(self.layout),
            "digest": self.digest,
        }

    @property
    def kind(self) -> str:
        """The catalog's name for it, which its records hold."""
        return self.stored_name or type(self).__module__.rpartition(".")[2]

    @property
    def digest(self) -> str:
        """Of all its numbers, as they are now."""
        digest = hashlib.sha256()
        for name, values in sorted(self.state_dict().items()):
            digest.update(f"{name} {values.dtype} {tuple(values.shape)}\n".encode())
            digest.update(values.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:SHORT]

    @property
    def num_trained(self) -> int:
        """How many numbers are learned."""
        return sum(parameter.numel() for parameter in self.parameters())

    @final
    def within(self, pixels: Float[Tensor, "3 side side"]) -> Float[Tensor, "3 side side"]:
        """The pixels in the range of the mode; the gradient passes as if they were left free, so
        that a number which has left the range finds back.
        """
        if self.layout.mode == "free":
            return pixels
        kept = pixels.clamp(0, WHITE)
        if self.layout.mode == "8bit":
            kept = kept.round()
        kept = kept.detach()
        return kept + (pixels - pixels.detach()) if pixels.requires_grad else kept

    @final
    def started(self, *shape: int) -> nn.Parameter:
        """Numbers as they are before training."""
        if self.layout.start == "zero":
            return nn.Parameter(torch.zeros(shape))
        generator = torch.Generator().manual_seed(self.layout.seed)
        return nn.Parameter(torch.randn(shape, generator=generator))


def cut_to(size: Size, after: Size, crop: str = "nearest") -> View:
    """The short side resized (bicubic), then the middle window; `after` is a square where that is
    torchvision's.
    """
    if crop == "torchvision":
        return _cut_as_torchvision(size, after)
    share = max(after.width / size.width, after.height / size.height)
    fitting = Size(
        width=max(after.width, round(size.width * share)),
        height=max(after.height, round(size.height * share)),
    )
    view = View(original=size, steps=(Resized(size=fitting, resample="bicubic"),))
    return view.then(centre_window(fitting, after))


def _cut_as_torchvision(size: Size, after: Size) -> View:
    """`Resize(side)`, which leaves fractions of the long side out, then `CenterCrop(side)`, which
    begins at the nearest even number where the middle is half a pixel off.
    """
    side, short = after.width, min(size.width, size.height)
    fitting = Size(width=side * size.width // short, height=side * size.height // short)
    window = Windowed(
        left=round((fitting.width - side) / 2),
        top=round((fitting.height - side) / 2),
        size=after,
        fill=BLACK,
    )
    view = View(original=size, steps=(Resized(size=fitting, resample="bicubic"),))
    return view.then(window)


def border(side: int, width: int) -> Bool[Tensor, "side side"]:
    """True on a frame of that width."""
    inside = torch.ones(side, side, dtype=torch.bool)
    inside[width : side - width, width : side - width] = False
    return inside


def spread(
    numbers: Float[Tensor, "3 place"], where: Bool[Tensor, "side side"]
) -> Float[Tensor, "3 side side"]:
    """Numbers put in their places, row by row; zero elsewhere."""
    whole = numbers.new_zeros(3, where.numel())
    places = where.flatten().nonzero()[:, 0].to(numbers.device)
    return whole.index_copy(1, places, numbers).view(3, *where.shape)


def sampled(
    pixels: Float[Tensor, "3 side side"], theta: Float[Tensor, "2 3"]
) -> Float[Tensor, "3 side side"]:
    """Each place's pixel from where the map leads (-1..1 from border to border), bilinear; black
    beyond the picture.
    """
    grid = functional.affine_grid(theta[None], [1, *pixels.shape], align_corners=False)
    return functional.grid_sample(pixels[None], grid, align_corners=False)[0]
