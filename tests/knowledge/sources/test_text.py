"""What is read is made harmless, and put in order."""

import pytest

from deixis.core import region as regions
from deixis.knowledge.sources._text import clean, in_reading_order


@pytest.mark.parametrize(
    ("read", "shown"),
    [
        ("  two \t words\n", "two words"),
        ("red\x1b[31m\x07", "red[31m"),
        ("a\u202eb\u2066c\ufeffd", "abcd"),  # marks that turn the direction of writing
        ("\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),  # Persian, with a joiner
        ("na\u00efve \u30b3\u30fc\u30d2\u30fc", None),
        ("\x00\u200b \ud800", ""),
    ],
)
def test_control_characters_go_and_letters_stay(read: str, shown: str | None) -> None:
    assert clean(read) == (read if shown is None else shown)


def test_lines_are_read_from_the_top_and_side_by_side_from_the_left() -> None:
    right = regions.box(60, 12, 90, 21, label="right")
    left = regions.box(5, 10, 50, 20, label="left")
    below = regions.box(0, 22, 99, 31, label="below")
    top = regions.box(70, 0, 80, 8, label="top")
    ordered = in_reading_order([below, right, left, top])
    assert [line.label for line in ordered] == ["top", "left", "right", "below"]
    assert in_reading_order([]) == []
