"""A token grid says where in the original picture each token looks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core import transform
from deixis.core.errors import UsageError
from deixis.core.size import Size
from deixis.core.token_grid import GridView, TokenGrid

WHOLE = Size(width=60, height=40)
LARGE = transform.resize(WHOLE, Size(width=120, height=120))


def view(rows: int, columns: int, *, first: int = 0, at=LARGE) -> GridView:
    tokens = first + np.arange(rows * columns).reshape(rows, columns)
    return GridView(transform=at, tokens=tokens)


def grid(*views: GridView, num_tokens: int, spatial: bool = True) -> TokenGrid:
    return TokenGrid(size=WHOLE, num_tokens=num_tokens, views=views, spatial=spatial)


def test_cells_cut_the_original_in_equal_boxes():
    assert view(2, 3).cell_boxes.tolist() == [
        [[0, 0, 20, 20], [20, 0, 40, 20], [40, 0, 60, 20]],
        [[0, 20, 20, 40], [20, 20, 40, 40], [40, 20, 60, 40]],
    ]


def test_cells_of_padding_lie_outside_of_the_original():
    padded = transform.pad_to_square(WHOLE)
    boxes = view(6, 6, at=padded).cell_boxes
    assert boxes[0, 0].tolist() == [0, -10, 10, 0]


def test_each_token_has_the_box_of_its_cell():
    assert grid(view(2, 3), num_tokens=6).boxes[4].tolist() == [20, 20, 40, 40]


def test_a_token_of_no_view_has_no_place():
    boxes = grid(view(2, 3), num_tokens=7).boxes
    assert np.isnan(boxes[6]).all()
    assert not np.isnan(boxes[:6]).any()


def test_a_dropped_cell_gives_no_token_a_box():
    tokens = np.array([[-1, 0], [1, -1]])
    boxes = grid(GridView(transform=LARGE, tokens=tokens), num_tokens=2).boxes
    assert boxes.tolist() == [[30, 0, 60, 20], [0, 20, 30, 40]]


def test_no_token_of_a_grid_that_is_not_spatial_has_a_place():
    assert np.isnan(grid(view(2, 3), num_tokens=4, spatial=False).boxes).all()


def test_tokens_at_a_point_come_from_every_view():
    both = grid(view(2, 2), view(4, 4, first=4), num_tokens=20)
    assert both.tokens_at(31, 1) == [1, 6]


@given(x=st.floats(0, 60, exclude_max=True), y=st.floats(0, 40, exclude_max=True))
def test_one_token_of_a_whole_view_looks_at_each_point(x, y):
    only = grid(view(5, 7), num_tokens=35)
    (token,) = only.tokens_at(x, y)
    x0, y0, x1, y1 = only.boxes[token]
    assert x0 <= x < x1
    assert y0 <= y < y1


def test_no_token_looks_outside_of_the_picture():
    assert grid(view(2, 3), num_tokens=6).tokens_at(60, 10) == []


def test_a_view_may_not_name_a_token_that_is_not_there():
    with pytest.raises(UsageError, match="token 5 of 5"):
        grid(view(2, 3), num_tokens=5)
