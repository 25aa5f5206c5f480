"""The prompt embedding network: from the map of what is known to one vector a vision token.

arXiv 2407.04681 has three convolutions with ReLU between them; kernels, strides and widths are not
told. Here two see their cell's eight neighbours and the third its own cell; their input is P pooled
by area to the cells of the vision tokens (or finer), given as the words' shares of the cells and a
table of embeddings: P itself is never built. The first layer meets each word's embedding once, not
once a cell, wherever that is less work.

Nothing is padded. The lattice reaches beyond the view by `margin` cells on each side, so that a
tile's border is no border of what is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from deixis.core.errors import UnknownNameError, UsageError

LAYERS = ("convolutions", "points", "linear", "identity")
AT_ONCE = 2  # views: more need more memory and win no time
WIDEST, FINEST = 65536, 64
AROUND = (1, 1, 0)  # cells that each convolution sees on each side of its own


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkConfig:
    """The layers between embeddings and tokens.

    `strides` are those of three convolutions; their product is how many cells a token is cut into
    along each side. The other kinds see a token's own cell alone: three layers of 1 x 1, one, or
    none but a scale for each number, for embeddings as wide as the tokens.
    """

    stored_name = "NetworkConfig"

    layers: str = "convolutions"  # or points, linear, identity
    hidden: int = 256  # width between the layers
    strides: tuple[int, int, int] = (1, 1, 1)  # of the convolutions

    def __post_init__(self) -> None:
        if self.layers not in LAYERS:
            raise UnknownNameError(kind="network", name=self.layers, known=LAYERS)
        if not 1 <= self.hidden <= WIDEST:
            raise UsageError(f"hidden is within 1..{WIDEST}, got {self.hidden}")
        if len(self.strides) != 3 or min(self.strides) < 1 or self.fineness > FINEST:
            raise UsageError(
                f"strides are three numbers from 1 on, {FINEST} multiplied, got {self.strides}"
            )
        if self.layers != "convolutions" and self.fineness != 1:
            raise UsageError(f"strides are for convolutions, not for {self.layers}")

    @property
    def fineness(self) -> int:
        """Cells along each side of a token."""
        first, second, third = self.strides
        return first * second * third

    @property
    def margin(self) -> int:
        """Cells of the finest lattice that are seen beyond the view on each side."""
        if self.layers != "convolutions":
            return 0
        margin = 0
        for stride, around in zip(reversed(self.strides), reversed(AROUND), strict=True):
            margin = margin * stride + around
        return margin

    def shapes(self, *, known: int, tokens: int) -> list[tuple[int, int, int, int]]:
        """Of the layers' weights, from embeddings of width `known` to tokens of width `tokens`."""
        widths, sizes = [known, self.hidden, self.hidden, tokens], [1, 1, 1]
        if self.layers == "convolutions":
            sizes = [s + 2 * around for s, around in zip(self.strides, AROUND, strict=True)]
        if self.layers == "linear":
            widths, sizes = [known, tokens], [1]
        if self.layers == "identity":
            widths, sizes = [], []
        return [(widths[i + 1], widths[i], size, size) for i, size in enumerate(sizes)]

    def build(self, *, known: int, tokens: int, generator: torch.Generator) -> "PromptNetwork":
        """The network from embeddings of width `known` to vision tokens of width `tokens`."""
        return PromptNetwork(self, known=known, tokens=tokens, generator=generator)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """A view: for each of its words the share of each cell, and the word's row in the table."""

    shares: Float[Tensor, "word fine_row fine_column"]
    words: Int64[Tensor, " word"]


@final
class PromptNetwork(nn.Module):
    """Shares of cells and a table of embeddings in, a vector a token out."""

    def __init__(
        self, config: NetworkConfig, *, known: int, tokens: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.config = config
        self.convolutions = nn.ModuleList()
        self.scale: nn.Parameter | None = None
        if config.layers == "identity":
            if known != tokens:
                raise UsageError(
                    f"without a network embeddings are as wide as tokens, got {known} and {tokens}"
                )
            self.scale = nn.Parameter(torch.ones(tokens))
            return
        shapes = config.shapes(known=known, tokens=tokens)
        for place, (after, before, size, _) in enumerate(shapes):
            layer = nn.Conv2d(before, after, size, stride=config.strides[place])
            _start(layer, generator)
            self.convolutions.append(layer)

    def quiet(self) -> None:
        """Let its output be zero until it is trained."""
        if self.scale is not None:
            nn.init.zeros_(self.scale)
            return
        last = self.convolutions[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    @override
    def forward(
        self, views: Sequence[Known], table: Float[Tensor, "word known"]
    ) -> list[Float[Tensor, "dim row column"]]:
        """The vectors of views of one form, their margins cut off."""
        made: list[Tensor] = []
        for begin in range(0, len(views), AT_ONCE):
            made.extend(self._layers(views[begin : begin + AT_ONCE], table))
        return made

    def _layers(
        self, views: Sequence[Known], table: Float[Tensor, "word known"]
    ) -> Sequence[Float[Tensor, "dim row column"]]:
        if self.scale is not None:
            return list(_pooled(views, table) * self.scale[:, None, None])
        first, *others = self.convolutions
        assert isinstance(first, nn.Conv2d)
        hidden = first_layer(first, views, table)
        if not others:
            return list(hidden)
        *middle, last = others
        for layer in middle:  # in place: no gradient needs what a layer made before it is cut at 0
            hidden = layer(functional.relu_(hidden))
        assert isinstance(last, nn.Conv2d)
        return _applied(last, functional.relu_(hidden))


def _applied(
    layer: nn.Conv2d, hidden: Float[Tensor, "view inner fine_row fine_column"]
) -> Sequence[Float[Tensor, "dim row column"]]:
    """The layer; of a 1 x 1 one the products themselves, which need less memory."""
    if layer.kernel_size != (1, 1):
        return list(layer(hidden))
    assert layer.bias is not None
    weight, bias = layer.weight[:, :, 0, 0], layer.bias[:, None]
    form = hidden.shape[2:]
    return [torch.addmm(bias, weight, one.flatten(1)).unflatten(1, form) for one in hidden]


def first_layer(
    layer: nn.Conv2d, views: Sequence[Known], table: Float[Tensor, "word known"]
) -> Float[Tensor, "view dim row column"]:
    """The layer on the pooled maps, which are shares times table; the cheaper of two exact ways."""
    cells = views[0].shares.shape[1] * views[0].shares.shape[2]
    num_seen = sum(len(view.words) for view in views)
    num_words, known = table.shape
    # multiplications of either way, but for the layer's width and kernel, which both have
    if num_words * known + num_seen * cells >= len(views) * cells * known:
        return layer(_pooled(views, table))
    # place by place of the kernel: all at once would copy the weight
    places = [weight @ table.T for weight in layer.weight.flatten(2).unbind(-1)]
    of_words = torch.stack(places, dim=-1).unflatten(-1, layer.kernel_size)
    return torch.cat([_mapped(layer, view, of_words) for view in views])


def _mapped(
    layer: nn.Conv2d, view: Known, of_words: Float[Tensor, "dim word kernel_row kernel_column"]
) -> Float[Tensor, "1 dim row column"]:
    """One view by what the layer makes of each word."""
    shares, weight = view.shares, of_words[:, view.words]
    if not len(view.words):  # nothing is known: zeros, as of a word that is nowhere
        shares, weight = (
            shares.new_zeros(1, *shares.shape[1:]),
            weight.new_zeros(weight.shape[0], 1, *weight.shape[2:]),
        )
    return functional.conv2d(shares[None], weight, layer.bias, stride=layer.stride)


def _pooled(
    views: Sequence[Known], table: Float[Tensor, "word known"]
) -> Float[Tensor, "view known fine_row fine_column"]:
    """P's mean over each cell."""
    maps = [torch.einsum("wrc,wk->krc", view.shares, table[view.words]) for view in views]
    return torch.stack(maps)


def _start(layer: nn.Conv2d, generator: torch.Generator) -> None:
    """He's initialisation, from that generator; biases at zero."""
    fan_in = layer.weight[0].numel()
    noise = torch.randn(layer.weight.shape, generator=generator)
    with torch.no_grad():
        layer.weight.copy_(noise * (2 / fan_in) ** 0.5)
        assert layer.bias is not None
        layer.bias.zero_()
