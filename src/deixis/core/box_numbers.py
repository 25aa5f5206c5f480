"""A box is four numbers, written in one of several ways: corners, extents, shares of a picture."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from deixis.core import given
from deixis.core.arrays import ArrayLike, array_of
from deixis.core.errors import RegionError
from deixis.core.size import SizeLike, size_of

Numbers: TypeAlias = Sequence[float] | ArrayLike
Four: TypeAlias = tuple[float, float, float, float]
FARTHEST = (-1.0, 2.0)  # shares of a picture; what sticks out more is no share but pixels


def _from_xyxy(x0: float, y0: float, x1: float, y1: float) -> Four:
    return x0, y0, x1, y1


def _from_xywh(x: float, y: float, width: float, height: float) -> Four:
    _check_extent(width, height)
    return x, y, x + width, y + height


def _from_cxcywh(cx: float, cy: float, width: float, height: float) -> Four:
    _check_extent(width, height)
    return cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2


FORMATS: dict[str, tuple[tuple[str, ...], Callable[[float, float, float, float], Four]]] = {
    "xyxy": (("x0", "y0", "x1", "y1"), _from_xyxy),
    "xywh": (("x", "y", "width", "height"), _from_xywh),
    "cxcywh": (("cx", "cy", "width", "height"), _from_cxcywh),
}


def corners_of(
    numbers: Sequence[float | Numbers], *, format: str = "xyxy", size: SizeLike | None = None
) -> Four:
    """Four numbers, or one row of four, are left, top, right and bottom in pixels. They are shares
    of the picture where its `size` is given.
    """
    names, corners = FORMATS[given.choice("format", format, FORMATS)]
    x0, y0, x1, y1 = corners(*numbers_in("a box", numbers, names))
    if size is None:
        return x0, y0, x1, y1
    picture = size_of(size)
    least, most = FARTHEST
    if not all(least <= share <= most for share in (x0, y0, x1, y1)):
        raise RegionError(
            f"with size={picture} a box's numbers are shares of the picture, 0 to 1, got "
            f"{', '.join(f'{share:g}' for share in (x0, y0, x1, y1))} as its edges; leave `size` "
            "out if they are pixels"
        )
    return x0 * picture.width, y0 * picture.height, x1 * picture.width, y1 * picture.height


def numbers_in(
    what: str, values: Sequence[float | Numbers], names: Sequence[str]
) -> tuple[float, ...]:
    """As many numbers as there are names, one by one or in a row of their own, which may be an
    array or a tensor.
    """
    row: object = values
    if len(values) == 1:
        array = array_of(values[0])
        row = values[0] if array is None else array.tolist()
    if not isinstance(row, list | tuple) or len(row) != len(names):
        came = given.told(values[0]) if len(values) == 1 else f"{len(values)} values"
        raise RegionError(f"{what} is {len(names)} numbers ({', '.join(names)}), got {came}")
    return tuple(
        given.number(f"{what}'s {name}", one) for name, one in zip(names, row, strict=True)
    )


def _check_extent(width: float, height: float) -> None:
    if width < 0 or height < 0:
        raise RegionError(f"a box's width and height are ≥ 0, got {width}, {height}")
