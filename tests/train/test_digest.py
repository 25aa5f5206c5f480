"""Data tells whether it is what a run began with."""

import pytest

from deixis.train.conversations import read_conversations
from tests.train.rows import row, write_rows

CHANGES = {
    "an answer": {"value": "Another."},
    "a question": {"value": "<image>\nAnother?"},
}


def rows_with(change):
    rows = [row(i) for i in range(3)]
    if change == "a picture":
        rows[1]["image"] = rows[2]["image"]
    else:
        place = 1 if change == "an answer" else 0
        rows[1]["conversations"][place] |= CHANGES[change]
    return rows


@pytest.mark.parametrize("change", [*CHANGES, "a picture"])
def test_rows_that_say_something_else_have_another_digest(change, tmp_path):
    folders = [tmp_path / name for name in ("one", "same", "changed")]
    for folder, rows in zip(folders, [*[rows_with_none()] * 2, rows_with(change)], strict=True):
        folder.mkdir()
        write_rows(folder, rows)
    one, same, changed = (
        read_conversations(folder / "data.json", folder / "pictures").digest for folder in folders
    )
    assert one == same != changed


def rows_with_none():
    return [row(i) for i in range(3)]
