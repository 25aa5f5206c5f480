"""InternVL: a grid of tiles near to the picture's own shape, then the whole."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, views_grid
from deixis.core.view import Resized, View
from deixis.models.families.one_view import stacked
from deixis.models.families.tiles import setting, tiled
from deixis.models.family import Batch, Family
from deixis.models.language import Tensors
from deixis.models.processor_view import resized


@final
class InternVlFamily(Family):
    """`OpenGVLab/InternVL*-hf`."""

    dialect: ClassVar[str] = "internvl"

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        tile = resized(self.image_processor, size)
        whole = View(original=size, steps=(Resized(size=tile, resample=self.resample),))
        most = setting(self.processor, "max_patches")
        if not setting(self.processor, "crop_to_patches") or most == 1:
            return (whole,)
        least = setting(self.processor, "min_patches")
        counts = nearest_grid(size, tile, least=least, most=most)
        if counts.area == 1:
            return (whole,)
        canvas_size = Size(width=counts.width * tile.width, height=counts.height * tile.height)
        canvas = View(original=size, steps=(Resized(size=canvas_size, resample=self.resample),))
        return (*tiled(canvas, tile), whole)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        return self.states(self.views(size))

    @override
    def states(self, views: Sequence[View]) -> TokenGrid:
        patch = self.config.vision_config.patch_size[0]
        return views_grid(views, round(patch / self.config.downsample_ratio))


def nearest_grid(size: Size, tile: Size, *, least: int, most: int) -> Size:
    """Columns and rows of tiles whose shape is nearest to the picture's; of equals, the larger one
    unless it has more than twice the picture's pixels.
    """
    grids = [
        Size(width=columns, height=rows)
        for columns in range(1, most + 1)
        for rows in range(1, most // columns + 1)
        if columns * rows >= least
    ]
    best, smallest = Size(width=1, height=1), float("inf")
    for grid in sorted(grids, key=lambda grid: grid.area):
        difference = abs(size.width / size.height - grid.width / grid.height)
        fits = size.area > 0.5 * tile.area * grid.area
        if difference < smallest or (difference == smallest and fits):
            best, smallest = grid, difference
    return best
