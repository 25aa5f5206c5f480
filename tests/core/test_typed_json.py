"""Values of JSON are read as their dataclasses, or the place of the mistake is told."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from deixis.core.errors import UsageError
from deixis.core.typed_json import is_number, is_plain_object, is_whole, is_whole_text, read_as


@dataclass(frozen=True, kw_only=True)
class Leaf:
    name: str
    size: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Tree:
    leaves: tuple[Leaf, ...]
    pair: tuple[int, float] = (1, 2.0)
    colour: Literal["red", 3] = "red"
    seed: int | None = None
    is_old: bool = False
    notes: Mapping[str, str | int] = field(default_factory=dict)
    more: Any = None

    def __post_init__(self) -> None:
        if self.seed == 13:
            raise UsageError("13 is no seed")


def test_a_record_becomes_what_it_is_of() -> None:
    told = {"leaves": [{"name": "a", "size": 2}], "pair": [3, 4], "seed": 5, "notes": {"x": 1}}
    tree = read_as(Tree, told | {"colour": 3, "is_old": True, "more": [{"a": [1]}]}, name="tree")
    assert tree == Tree(
        leaves=(Leaf(name="a", size=2.0),),
        pair=(3, 4.0),
        seed=5,
        notes={"x": 1},
        colour=3,
        is_old=True,
        more=[{"a": [1]}],
    )
    assert isinstance(tree.leaves[0].size, float)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"leaves": None}, r"tree\.leaves is a list, got None"),
        ({"leaves": [3]}, r"tree\.leaves\[0\] is an object, got 3"),
        ({"leaves": [{}]}, r"tree\.leaves\[0\] lacks the field 'name'"),
        (
            {"leaves": [{"name": "a", "height": 1}]},
            r"leaves\[0\] has no field 'height'; it has name",
        ),
        ({"leaves": [{"name": 3}]}, r"leaves\[0\]\.name is text, got 3"),
        ({"leaves": [{"name": "\ud800"}]}, r"name is text, got '\\ud800'"),
        ({"leaves": [{"name": "a", "size": math.inf}]}, "size is a finite number, got inf"),
        ({"leaves": [{"name": "a", "size": math.nan}]}, "size is a finite number, got nan"),
        ({"leaves": [{"name": "a", "size": 10**400}]}, "size is a finite number, got a number of"),
        ({"leaves": [{"name": "a", "size": True}]}, "size is a finite number, got True"),
        ({"pair": [1]}, r"tree\.pair is 2 values, got 1"),
        ({"pair": [1.5, 1]}, r"tree\.pair\[0\] is a whole number, got 1\.5"),
        ({"colour": "blue"}, r"tree\.colour is 'red' or 3, got 'blue'"),
        ({"colour": []}, r"tree\.colour is 'red' or 3, got \[\]"),
        ({"seed": "5"}, r"tree\.seed is a whole number or null, got '5'"),
        ({"seed": False}, "seed is a whole number or null, got False"),
        ({"seed": 2**63}, "seed is a whole number or null"),
        ({"seed": 13}, "13 is no seed"),
        ({"is_old": 1}, "is_old is true or false, got 1"),
        ({"notes": {"\ud800": 1}}, r"a name in tree\.notes is text"),
        ({"notes": {"a": None}}, r"tree\.notes\.a is text or a whole number, got None"),
        ({"more": {"a": "\ud800"}}, r"tree\.more\.a holds half a letter"),
        ({"\ud800": 1}, r"tree has no field '\\ud800'"),
    ],
)
def test_a_mistake_is_told_with_its_place(changes: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_as(Tree, {"leaves": []} | changes, name="tree")


def test_a_free_value_is_not_nested_without_end() -> None:
    deep: object = 1
    for _ in range(40):
        deep = [deep]
    with pytest.raises(UsageError, match="nested too deeply"):
        read_as(Tree, {"leaves": [], "more": deep}, name="tree")
    assert not is_plain_object({"a": deep})
    assert is_plain_object({"a": [{"b": 1}]})


def test_null_may_stand_for_a_number_that_json_has_no_word_for() -> None:
    leaf = read_as(Leaf, {"name": "a", "size": None}, name="leaf", null_is_nan=True)
    assert math.isnan(leaf.size)
    assert read_as(Tree, {"leaves": [], "seed": None}, name="tree", null_is_nan=True).seed is None


@pytest.mark.parametrize(("value", "number", "whole"), [(1, True, True), (1.5, True, False)])
def test_numbers_are_told_apart(value: object, number: bool, whole: bool) -> None:
    assert (is_number(value), is_whole(value)) == (number, whole)
    assert not is_whole_text(value)
