"""What is read is put in order."""

from deixis.core import region as regions
from deixis.sources.notes import in_reading_order


def test_lines_are_read_from_the_top_and_side_by_side_from_the_left() -> None:
    right = regions.box(60, 12, 90, 21, label="right")
    left = regions.box(5, 10, 50, 20, label="left")
    below = regions.box(0, 22, 99, 31, label="below")
    top = regions.box(70, 0, 80, 8, label="top")
    ordered = in_reading_order([below, right, left, top])
    assert [line.label for line in ordered] == ["top", "left", "right", "below"]
    assert in_reading_order([]) == []
