"""The hook of our tests refuses wrong types wherever a function of ours names one."""

from collections.abc import Iterator, Sequence

import jaxtyping
import numpy as np
import pytest
from beartype import beartype
from jaxtyping import Float, TypeCheckError

from deixis.core.mask import Mask, intersection
from deixis.core.ordering import batches
from deixis.core.size import Size
from tests.unhooked import unhooked

checked = jaxtyping.jaxtyped(typechecker=beartype)
Rows = Float[np.ndarray, "row 2"]


def same_rows(first: Rows, second: Rows) -> Rows:
    return first + second[:1]


def wrong_result(number: int) -> str:
    return number


def counted(names: Sequence[str], *, most: int = 2) -> Iterator[int]:
    yield from range(len(names[:most]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: Size(width="2", height=2),  # a value
        lambda: intersection([Size(width=2, height=2)]),  # a function, what a list holds
        lambda: Mask.from_runs(size=Size(width=2, height=2), runs="4"),  # of a class being made
        lambda: list(batches(["a"], "1")),  # a generator
        lambda: checked(wrong_result)(3),
        lambda: checked(counted)("a", most="2"),
        lambda: checked(counted)(3),
        lambda: checked(same_rows)(np.zeros((3, 2)), np.zeros((4, 2))),
    ],
)
def test_a_wrong_type_is_refused(call) -> None:
    with pytest.raises(TypeCheckError):
        call()


def made(kind: type):
    """A function within a function; another type of it comes from the same code."""

    @checked
    def doubled(number: kind, times: int = 2) -> kind:
        return number * times if times else "none"

    return doubled


def test_a_function_within_a_function_is_checked_each_time_that_it_is_made() -> None:
    assert made(int)(3) == made(int)(3, times=2) == 6
    assert made(str)("a") == "aa"
    for wrong in (lambda: made(int)("a"), lambda: made(str)(3), lambda: made(int)(3, times="2")):
        with pytest.raises(TypeCheckError):
            wrong()
    with pytest.raises(TypeCheckError):
        made(int)(3, times=0)


def test_right_types_pass_and_a_whole_number_is_a_float() -> None:
    assert list(checked(counted)(["a", "b", "c"])) == [0, 1]
    assert checked(same_rows)(np.ones((3, 2)), np.ones((3, 2))).shape == (3, 2)
    assert checked(lambda: None)() is None


def test_without_the_hook_nothing_is_checked() -> None:
    with unhooked():
        assert made(int)("a") == "aa"
        assert checked(wrong_result)(3) == 3
