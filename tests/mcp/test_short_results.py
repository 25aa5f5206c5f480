import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from deixis.core.region import box, mask, polygon
from deixis.mcp.short_results import compact, cost, error_text, fitted, region_row

values = st.recursive(
    st.text(max_size=90) | st.integers(-(10**6), 10**6) | st.none(),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["answer", "regions", "unread", "said"]), values))
def test_any_record_fits_and_says_what_was_cut(record):
    found = fitted(record, most=300)
    assert cost(found) <= 300
    assert found == record or "shortened" in found


def test_what_fits_is_not_changed():
    record = {"answer": "a cup", "regions": [{"kind": "box", "box": [1, 2, 3, 4]}]}
    assert fitted(record) == record


def test_the_longest_part_is_shortened_and_named():
    found = fitted({"answer": "word " * 2000, "size": [3840, 2160]})
    assert found["size"] == [3840, 2160]
    assert found["answer"].startswith("word word")
    assert found["answer"].endswith("…")
    assert found["shortened"].startswith("answer: only the beginning")


def test_a_region_is_told_in_few_numbers():
    assert region_row(box(1, 2.123456, 30, 40, label="cup")) == {
        "kind": "box",
        "box": [1, 2.12, 30, 40],
        "label": "cup",
    }
    pixels = np.random.default_rng(0).random((200, 300)) > 0.5
    told = region_row(mask(pixels).named(label="noise"))
    assert told == {"kind": "mask", "box": [0, 0, 300, 200], "label": "noise"}
    outline = polygon([(x, x * x) for x in range(100)])
    assert len(compact(region_row(outline))) < 100


def test_errors_are_short_and_readable():
    assert error_text(ValueError("a\x1b[31mb")) == "a[31mb"
    assert len(error_text(ValueError("x" * 5000))) == 700
    assert error_text(ValueError()) == "ValueError"
