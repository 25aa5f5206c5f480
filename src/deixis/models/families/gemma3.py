"""Gemma 3: one square view of the picture, perhaps crops of it; a block of patches is a token."""

import math
from typing import Any, ClassVar, final

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
class Gemma3Family(Family):
    """`google/gemma-3-*` of 4 billion parameters and more."""

    dialect: ClassVar[str] = "permille"

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        whole = View(original=size, steps=())
        seen = (whole, *_crops(self.processor, whole))
        if not self.image_processor.do_resize:
            return seen
        after = Resized(size=resized(self.image_processor, size), resample=self.resample)
        return tuple(view.then(after) for view in seen)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        views = self.views(size)
        side = views[0].size.width // math.isqrt(self.config.mm_tokens_per_image)
        return views_grid(views, side)


def _crops(processor: Any, whole: View) -> tuple[View, ...]:  # Any: a Gemma3Processor
    """Pan and scan, where it is on: a long picture cut in a row of crops."""
    if not setting(processor, "do_pan_and_scan"):
        return ()
    least = setting(processor, "pan_and_scan_min_crop_size")
    long, short = sorted((whole.size.width, whole.size.height), reverse=True)
    if long / short < setting(processor, "pan_and_scan_min_ratio_to_activate"):
        return ()
    count = max(2, min(long // least, math.floor(long / short + 0.5)))
    count = min(setting(processor, "pan_and_scan_max_num_crops"), count)
    length = math.ceil(long / count)
    if min(length, short) < least:
        return ()
    lying = whole.size.width == long
    width, height = (length, short) if lying else (short, length)
    return tiled(whole, Size(width=width, height=height))
