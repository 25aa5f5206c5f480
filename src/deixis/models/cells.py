"""Views cut in square cells, a token or a patch each."""

from collections.abc import Sequence

import numpy as np

from deixis.core.size import Size
from deixis.core.token_grid import GridView, TokenGrid
from deixis.models.view import View, Windowed


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
