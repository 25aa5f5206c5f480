"""Molmo 2: a small view of the whole, overlapping crops of a large one, patches in tokens."""

import itertools
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

from deixis.core.errors import ModelError, UnsupportedError
from deixis.core.size import Size
from deixis.core.token_grid import GridView, TokenGrid
from deixis.core.view import Resized, View, Windowed
from deixis.models.family import Batch, Family, Joint, Viewed
from deixis.models.language import Tensors


@final
class Molmo2Family(Family):
    """`allenai/Molmo2-*`. Its views are the small picture and the large one, before the crops."""

    dialect: ClassVar[str] = "molmo2"
    vision_inputs: ClassVar[tuple[str, ...]] = (
        "pixel_values",
        "image_token_pooling",
        "image_grids",
    )

    def __init__(self, model: Any, processor: Any) -> None:  # Any: transformers' own classes
        super().__init__(model, processor)
        pictures = self.image_processor
        if self.resample != "bilinear" or pictures.size["height"] != pictures.size["width"]:
            raise ModelError(
                "Deixis knows Molmo 2 with square crops and a bilinear resize, this processor has "
                f"{dict(pictures.size)} and {self.resample}"
            )

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        sides = (Size(width=self._crop, height=self._crop), self._large(size))
        return tuple(
            View(original=size, steps=(Resized(size=side, resample="torch_bilinear"),))
            for side in sides
        )

    @override
    def pack(self, batch: Batch) -> Tensors:
        patches: list[Tensor] = []
        pooling: list[Tensor] = []
        grids: list[list[int]] = []
        seen = 0
        for small, large in (views for pictures in batch for views in pictures):
            crops = [small, *self._crops(large)]
            patches.extend(self._patches(crop) for crop in crops)
            whole = self._pooled(torch.arange(self._side**2).view(self._side, self._side))
            parts = self._pooled(self._places(large) + self._side**2)
            for cells in (whole, parts):
                flat = cells.flatten(0, 1)
                pooling.append(torch.where(flat >= 0, flat + seen, -1))
            grids.append([*whole.shape[:2], *parts.shape[:2]])
            seen += len(crops) * self._side**2
        device = patches[0].device
        return {
            "pixel_values": torch.stack(patches),
            "image_token_pooling": torch.cat(pooling).to(device),
            "image_grids": torch.tensor(grids, device=device),
        }

    @override
    def grid(self, size: Size) -> TokenGrid:
        views: list[GridView] = []
        num_tokens = 0
        for view in self.views(size):
            padded = view.then(self._whole_cells(view.size))
            rows, columns = padded.size.height // self._cell[0], padded.size.width // self._cell[1]
            tokens = torch.arange(rows * columns).view(rows, columns).numpy() + num_tokens
            views.append(GridView(transform=padded.transform, tokens=tokens))
            num_tokens += rows * columns
        return TokenGrid(size=size, num_tokens=num_tokens, views=tuple(views))

    @property
    @override
    def joint(self) -> Joint:
        raise UnsupportedError(
            "Molmo 2's projector reads crops that overlap: knowledge enters it after the projector"
        )

    @property
    def _patch(self) -> int:
        return self.image_processor.patch_size

    @property
    def _crop(self) -> int:
        """A crop's side in pixels."""
        return self.image_processor.size["height"]

    @property
    def _side(self) -> int:
        """A crop's side in patches."""
        return self._crop // self._patch

    @property
    def _step(self) -> int:
        """From crop to crop, in patches."""
        return self._side - sum(self.image_processor.overlap_margins)

    @property
    def _cell(self) -> tuple[int, int]:
        """A token's height and width in pixels of a view."""
        rows, columns = self.image_processor.pooling_size
        return rows * self._patch, columns * self._patch

    def _large(self, size: Size) -> Size:
        """The picture that is cut in crops: as many as lose least, at most `max_crops`."""
        margin = self._crop - self._step * self._patch
        most = self.image_processor.max_crops
        tilings = [
            (rows, columns)
            for rows, columns in itertools.product(range(1, most + 1), repeat=2)
            if rows * columns <= most
        ]
        tilings.sort(key=lambda tiling: (tiling[0] * tiling[1], tiling[0]))
        inner = torch.tensor([size.height - margin, size.width - margin], dtype=torch.float32)
        # in float32, as the processor: its ties are broken by that
        scales = (torch.tensor(tilings) * self._step * self._patch / inner).amin(dim=1)
        enough = torch.where(scales < 1, torch.inf, scales)
        chosen = scales.argmax() if bool((scales < 1).all()) else enough.argmin()
        rows, columns = tilings[int(chosen)]
        step = self._step * self._patch
        return Size(width=columns * step + margin, height=rows * step + margin)

    def _crops(self, large: Viewed) -> list[Viewed]:
        step = self._step * self._patch
        windows = large.unfold(1, self._crop, step).unfold(2, self._crop, step)
        return list(windows.flatten(1, 2).unbind(1))

    def _patches(self, crop: Viewed) -> Float[Tensor, "patch value"]:
        side, patch = self._side, self._patch
        cells = crop.reshape(3, side, patch, side, patch).permute(1, 3, 2, 4, 0)
        return cells.reshape(side * side, -1)

    def _places(self, large: Viewed) -> Int64[Tensor, "row column"]:
        """For each patch of the large view, its number in the crop that keeps it."""
        tiles = [
            (length // self._patch - self._side) // self._step + 1 for length in large.shape[1:]
        ]
        (tile_row, row), (tile_column, column) = (self._kept(count) for count in tiles)
        tile = tile_row[:, None] * tiles[1] + tile_column[None]
        return tile * self._side**2 + row[:, None] * self._side + column[None]

    def _kept(self, tiles: int) -> tuple[Tensor, Tensor]:
        """Along one side: which crop keeps each patch, and where in the crop it is."""
        left = self.image_processor.overlap_margins[0]
        place = torch.arange((tiles - 1) * self._step + self._side)
        tile = ((place - left) // self._step).clamp(0, tiles - 1)
        return tile, place - tile * self._step

    def _pooled(self, places: Int64[Tensor, "row column"]) -> Int64[Tensor, "down across patch"]:
        """The patches of each token, -1 in the padding."""
        rows, columns = self.image_processor.pooling_size
        below, right = -places.shape[0] % rows, -places.shape[1] % columns
        padding = (right // 2, right - right // 2, below // 2, below - below // 2)
        padded = functional.pad(places, padding, value=-1)
        cells = padded.unfold(0, rows, rows).unfold(1, columns, columns)
        return cells.flatten(2, 3)

    def _whole_cells(self, size: Size) -> Windowed:
        """The view padded as `_pooled` pads its patches."""
        down = -(size.height // self._patch) % self.image_processor.pooling_size[0]
        across = -(size.width // self._patch) % self.image_processor.pooling_size[1]
        after = Size(
            width=size.width + across * self._patch, height=size.height + down * self._patch
        )
        left, top = across // 2 * self._patch, down // 2 * self._patch
        return Windowed(left=-left, top=-top, size=after)
