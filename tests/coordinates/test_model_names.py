"""A pattern of names matches whole names, and nothing by a part of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.coordinates.contracts import contracts
from deixis.coordinates.model_names import ENDINGS, forms, is_named, matcher, names_of
from deixis.core.errors import UnknownNameError, UsageError


def matches(pattern: str, name: str) -> bool:
    found = matcher(pattern).fullmatch(name) is not None
    assert is_named(name, pattern) == found  # the quick way says the same
    return found


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("gpt", ("gpt",)),
        ("gpt-{4,5}", ("gpt-4", "gpt-5")),
        ("gpt{,-mini}", ("gpt", "gpt-mini")),
        ("{a,b}/m-{x,y}", ("a/m-x", "a/m-y", "b/m-x", "b/m-y")),
        ("m<tag>", ("m:latest", "m:7b", "m:8b-instruct-q4_K_M")),
    ],
)
def test_a_pattern_stands_for_these_names(pattern: str, names: tuple[str, ...]):
    assert names_of(pattern) == names


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_examples_of_an_ending_are_of_its_form(ending: str):
    for name in names_of(f"Owner/Model<{ending}>"):
        assert matches(f"Owner/Model<{ending}>", name)
        assert matches(f"Owner/Model<{ending}>", name.upper())
        assert not matches(f"Owner/Model<{ending}>", f"{name}-cats")


def test_a_point_in_a_name_is_a_point():
    assert matches("gpt-5.1", "gpt-5.1")
    assert not matches("gpt-5.1", "gpt-5x1")


def test_an_owner_may_be_left_out_and_no_other_may_stand_there():
    assert matches("Qwen/Qwen3", "qwen3")
    assert matches("Qwen/Qwen3", "QWEN/qwen3")
    assert not matches("Qwen/Qwen3", "cats/qwen3")


def test_publishers_of_quantised_copies_stand_in_an_owners_place_where_weights_are_open():
    assert matches("Qwen/Qwen3{,<quant>}", "unsloth/Qwen3-bnb-4bit")
    assert not matches("openai/gpt-5", "unsloth/gpt-5")


@pytest.mark.parametrize("pattern", ["a{b", "a}b", "a{b{c}}", "a<b"])
def test_a_pattern_with_lone_braces_is_refused(pattern: str):
    with pytest.raises(UsageError, match="pairs of braces"):
        matcher(pattern)


def test_the_quick_way_finds_every_name_of_the_table():
    patterns = [pattern for row in contracts() for pattern in row.models]
    assert len(patterns) > 50
    for pattern in patterns:
        for name in names_of(pattern):
            assert is_named(name.upper(), pattern)


def test_an_ending_that_is_none_is_refused():
    with pytest.raises(UnknownNameError, match="ending of models' names"):
        matcher("m<dat>")


def test_a_pattern_of_a_million_names_is_refused():
    with pytest.raises(UsageError, match="more than"):
        names_of("{a,b,c,d,e,f,g,h,i,j}" * 6)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("m", ["m"]),
        (" m ", ["m"]),
        ("openrouter/a/m:free", ["openrouter/a/m:free", "a/m"]),
        ("m:free", ["m:free"]),  # of Ollama that would be a tag
        ("/data/models/m", ["/data/models/m", "m"]),
        ("./m/", ["./m/", "m"]),
        ("data/m-Q4_K_M.gguf", ["data/m-Q4_K_M.gguf", "m-Q4_K_M"]),
        ("D:\\models\\m", ["D:\\models\\m", "m"]),
        ("owner/m", ["owner/m"]),
        ("", []),
        ("x" * 301, []),
    ],
)
def test_a_name_is_looked_at_in_these_forms(asked: str, found: list[str]):
    assert list(forms(asked)) == found


@given(name=st.text(max_size=310))
def test_any_text_has_forms(name: str):
    assert all(form for form in forms(name))
