"""What the house rules count does not rise. `python -m tests.house` prints today's numbers."""

from functools import cache
from pathlib import PurePath

import pytest

from tests import house

counts = cache(lambda tree: house.counts(house.texts_of(tree)))
STANDING = [rule for rule in house.RULES if rule.tree in house.trees()]


@pytest.mark.parametrize("rule", STANDING, ids=lambda rule: f"{rule.tree}: {rule.counted}")
def test_the_number_is_under_its_ceiling(rule):
    now = house.without_exceptions(rule.tree, counts(rule.tree))[rule.counted]
    assert now.number <= rule.ceiling, (
        f"{rule.tree} has {now.number} {rule.counted}, and tests/house.py allows {rule.ceiling}: "
        + "; ".join(now.places)
    )


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: f"{rule.tree}: {rule.counted}")
def test_no_ceiling_lies_below_its_goal(rule):
    assert rule.goal is None or rule.goal <= rule.ceiling


@pytest.mark.parametrize("tree", sorted(set(house.EXCEPTIONS) & set(house.trees())))
def test_each_exception_is_still_needed(tree):
    for name, excused in house.EXCEPTIONS[tree].items():
        places = {house.name_of(place) for place in counts(tree)[name].places}
        assert set(excused) <= places, f"{name}: some of these are gone"


def numbers(**texts):
    texts = {PurePath(f"{name}.py"): text for name, text in texts.items()}
    return {name: found.number for name, found in house.counts(texts).items() if found.number}


def test_a_file_is_long_from_its_four_hundred_and_first_line():
    assert house.LONG_FILES not in numbers(a="x = 1\n" * 400)
    assert numbers(a="x = 1\n" * 401) == {house.LINES: 401, house.FILES: 1, house.LONG_FILES: 1}


def test_a_file_is_small_below_forty_lines_but_for_init():
    assert house.SMALL_FILES not in numbers(a="x = 1\n" * 40, __init__="")
    assert numbers(a="x = 1\n" * 39)[house.SMALL_FILES] == 1


def test_files_that_start_with_an_underscore_are_counted_but_for_python_s_own():
    assert numbers(_a="", __init__="", __main__="")[house.PRIVATE_FILES] == 1


def test_a_class_name_counts_once_however_often_it_stands():
    twice = numbers(a="class A: ...\nclass B: ...", b="class A: ...", c="class A: ...")
    assert twice[house.TWINS] == 1


def test_a_function_s_docstring_is_not_among_its_lines():
    body = '    """One.\n\n    Two.\n    """\n' + "    x = 1\n" * 59
    assert house.LONG_FUNCTIONS not in numbers(a="def f():\n" + body)
    assert numbers(a="def f():\n" + body + "    x = 1\n")[house.LONG_FUNCTIONS] == 1


def nested(*heads):
    lines = ["def f():", *heads, "pass"]
    return "\n".join(" " * depth + line for depth, line in enumerate(lines))


def test_blocks_in_blocks_are_counted_and_elif_is_no_deeper_than_if():
    three = nested("for x in y:", "with x:", "if x:")
    assert house.DEEP_FUNCTIONS not in numbers(a=three)
    assert house.DEEP_FUNCTIONS not in numbers(a=three + "\n   elif x:\n    pass")
    assert numbers(a=nested("for x in y:", "with x:", "if x:", "while x:"))[house.DEEP_FUNCTIONS]
