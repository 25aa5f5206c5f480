import json

import pytest

from deixis.core.errors import UsageError
from deixis.core.images import open_image
from deixis.marks import VERSION, draw, mark_json
from deixis.train.export import ExportOptions, export
from tests.data.published import opened


def exported(folder, **options):
    for _ in export(opened("visual7w"), folder, ExportOptions(**options)):
        pass
    rows = [json.loads(line) for line in (folder / "data.jsonl").read_text().splitlines()]
    return rows, [open_image(folder / "images" / row["image"]) for row in rows]


def test_the_same_export_gives_the_same_bytes(tmp_path):
    exported(tmp_path / "a", seed=4)
    exported(tmp_path / "b", seed=4)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert len(files) == 6  # one of them says whose the folder is
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_row_does_not_depend_on_the_others(tmp_path):
    whole, _ = exported(tmp_path / "a", epochs=2)
    short, _ = exported(tmp_path / "b", epochs=2, limit=1)
    assert short == [row for row in whole if row["made"]["index"] == 0]


def test_marks_are_kept_so_that_they_can_be_drawn_again(tmp_path):
    rows, pictures = exported(tmp_path, profile="paper")
    for row, picture in zip(rows, pictures, strict=True):
        assert row["made"]["renderer"] == VERSION
        marks = [mark_json.from_record(record) for record in row["marks"].values()]
        assert draw(open_image(row["made"]["picture"]), marks) == picture


def test_epochs_have_marks_of_their_own(tmp_path):
    rows, pictures = exported(tmp_path, epochs=2)
    assert [row["made"]["epoch"] for row in rows] == [0, 0, 0, 1, 1, 1]
    assert pictures[0] != pictures[3]


@pytest.mark.parametrize("options", [{"seed": -1}, {"epochs": 0}, {"limit": 0}])
def test_numbers_out_of_range_are_told(options):
    with pytest.raises(UsageError, match="0 or more"):
        ExportOptions(**options)


def test_a_folder_of_somebody_else_is_left_as_it_is(tmp_path):
    (tmp_path / "export.json").write_text("mine")
    with pytest.raises(UsageError, match="is not ours"):
        exported(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["export.json"]
    assert (tmp_path / "export.json").read_text() == "mine"
