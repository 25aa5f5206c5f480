"""Where in the original image each vision token looks, and views cut in cells of a token each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Float64, Int64

from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.core.view import View, Windowed


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class GridView:
    """One picture that the tower sees (the whole, a tile, a thumbnail), cut in cells.

    `transform` leads from the original image to this view. `tokens[row, column]` is the index of
    the cell's token in the model's order, or -1 where the model drops it.
    """

    transform: Transform
    tokens: Int64[np.ndarray, "row column"]

    def __repr__(self) -> str:
        rows, columns = self.tokens.shape
        return f"GridView({columns} x {rows} cells, {self.transform!r})"

    @property
    def cell_boxes(self) -> Float64[np.ndarray, "row column 4"]:
        """Each cell is x0, y0, x1, y1 in the original; cells of padding lie outside of it."""
        rows, columns = self.tokens.shape
        back = self.transform.inverse()
        xs = back.scale_x * np.linspace(0, self.transform.after.width, columns + 1) + back.shift_x
        ys = back.scale_y * np.linspace(0, self.transform.after.height, rows + 1) + back.shift_y
        boxes = np.empty((rows, columns, 4))
        boxes[..., 0], boxes[..., 2] = xs[None, :-1], xs[None, 1:]
        boxes[..., 1], boxes[..., 3] = ys[:-1, None], ys[1:, None]
        return boxes


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class TokenGrid:
    """For each vision token the box of the original image that it covers.

    `spatial` is False for models whose tokens look everywhere (Q-Formers): their views are the
    cells of the encoder before it, and none of their tokens has a place.
    """

    size: Size
    num_tokens: int
    views: tuple[GridView, ...]
    spatial: bool = True

    def __post_init__(self) -> None:
        for view in self.views:
            if view.tokens.max() >= self.num_tokens and self.spatial:
                raise UsageError(f"a view names token {view.tokens.max()} of {self.num_tokens}")

    def __repr__(self) -> str:
        views = " + ".join("{1}x{0}".format(*view.tokens.shape) for view in self.views[:4])
        more = " + …" if len(self.views) > 4 else ""
        return f"TokenGrid({self.size}, {self.num_tokens} tokens: {views}{more})"

    @property
    def boxes(self) -> Float64[np.ndarray, "token 4"]:
        """Each token as x0, y0, x1, y1 in the original; NaN for tokens without a place
        (separators, Q-Former queries).
        """
        boxes = np.full((self.num_tokens, 4), np.nan)
        if self.spatial:
            for view in self.views:
                kept = view.tokens >= 0
                boxes[view.tokens[kept]] = view.cell_boxes[kept]
        return boxes

    def before(self, transform: Transform) -> "TokenGrid":
        """The same tokens are given in pixels of the picture that this transform starts from."""
        views = tuple(
            GridView(transform=transform.then(view.transform), tokens=view.tokens)
            for view in self.views
        )
        return replace(self, size=transform.before, views=views)

    def tokens_at(self, x: float, y: float) -> list[int]:
        """These tokens look at a point of the original image, in the model's order."""
        boxes = self.boxes
        inside = (boxes[:, 0] <= x) & (x < boxes[:, 2]) & (boxes[:, 1] <= y) & (y < boxes[:, 3])
        return np.flatnonzero(inside).tolist()


def cells(view: View, side: int, *, first: int = 0) -> GridView:
    """A token a square cell, row by row from `first`; what is left over at the end, towers drop."""
    rows, columns = view.size.height // side, view.size.width // side
    kept = Windowed(left=0, top=0, size=Size(width=columns * side, height=rows * side))
    tokens = first + np.arange(rows * columns).reshape(rows, columns)
    return GridView(transform=view.then(kept).transform, tokens=tokens)


def whole_grid(view: View, side: int) -> TokenGrid:
    """One view, one token a cell, row by row."""
    return views_grid([view], side)


def views_grid(views: Sequence[View], side: int) -> TokenGrid:
    """One token a square cell, row by row, view after view."""
    cut, first = [], 0
    for view in views:
        cut.append(cells(view, side, first=first))
        first += cut[-1].tokens.size
    return TokenGrid(size=views[0].original, num_tokens=first, views=tuple(cut))
