"""Qwen2.5-VL: Qwen2-VL that points in pixels of the resized picture."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.token_grid import TokenGrid
from deixis.core.view import View
from deixis.models.families._qwen import QwenFamily, qwen_sizing


@final
class Qwen25Vl(QwenFamily):
    """`Qwen/Qwen2.5-VL-*` and its kin."""

    convention: ClassVar[str] = "qwen2_5_vl"

    @property
    @override
    def convention_settings(self) -> dict[str, int | str]:
        return dict(qwen_sizing(self.image_processor))

    @override
    def states(self, views: Sequence[View]) -> TokenGrid:
        """Patches, those of one token together, token by token in the order of its windows."""
        grid = super().states(views)
        (only,) = grid.views
        pictures, merge = self.image_processor, self.image_processor.merge_size
        rows, columns = (side // merge for side in only.tokens.shape)
        side = self.config.vision_config.window_size // (pictures.patch_size * merge)
        row, column = (axis.ravel() for axis in np.indices((rows, columns)))
        # windows row by row, and within each its tokens
        place = np.argsort(np.lexsort((column, row, column // side, row // side)))
        tokens = place[only.tokens // merge**2] * merge**2 + only.tokens % merge**2
        return replace(grid, views=(replace(only, tokens=tokens),))
