"""What people pass is refused by its name, with what was expected and what came."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from deixis.core import given
from deixis.core.errors import UsageError


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), (2.5, 2.5), (np.float32(0.5), 0.5), (np.int8(3), 3), (Fraction(1, 2), 0.5)],
)
def test_numbers_of_any_library_become_pythons(value: object, number: float) -> None:
    found = given.number("x", value)
    assert found == number
    assert type(found) in (int, float)


def test_an_array_of_one_number_without_an_axis_is_a_number() -> None:
    assert given.number("x", np.array(2.5)) == 2.5
    assert given.whole("n", np.array(2)) == 2


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: given.number("x", "1"), "x is a number, got '1'"),
        (lambda: given.number("x", True), "x is a number, got True"),
        (lambda: given.number("x", Decimal(1)), "x is a number, got Decimal"),
        (lambda: given.number("x", np.zeros(2)), "x is a number, got an array of float64 (2,)"),
        (lambda: given.number("x", 3, least=4), "x is a number of at least 4, got 3"),
        (
            lambda: given.number("x", float("nan"), least=0, most=1),
            "x is a number within 0..1, got nan",
        ),
        (lambda: given.whole("n", 1.0), "n is a whole number, got 1.0"),
        (lambda: given.whole("n", 9, most=8), "n is a whole number of at most 8, got 9"),
        (lambda: given.text("word", b"a"), "word is text, got b'a'"),
        (lambda: given.flag("strict", 1), "strict is True or False, got 1"),
        (lambda: given.path("out", 3), "out is a path, got 3"),
        (
            lambda: given.path("out", "a\0"),
            "out is a path that is not empty and has no zero byte, got 'a\\x00'",
        ),
        (lambda: given.choice("how", "c", ["a", "b"]), "how is one of a, b, got 'c'"),
        (lambda: given.instance("f", int, Path, "a path"), "f is a path, got the class int"),
    ],
)
def test_a_refusal_names_the_argument_what_was_expected_and_what_came(check, message) -> None:
    with pytest.raises(UsageError) as refusal:
        check()
    assert str(refusal.value) == message


def test_a_path_is_text_or_a_path() -> None:
    assert given.path("out", "a/b") == given.path("out", Path("a/b")) == Path("a/b")
