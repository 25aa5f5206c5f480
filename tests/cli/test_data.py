import json
import shutil

import pytest

from deixis.cli.main import main
from deixis.core.images import picture_size
from deixis.data import datasets
from tests.data.adapters.drawn import WRITTEN
from tests.data.published import FIXTURES, path_of

VCR = [str(path_of("vcr")), "--format", "vcr"]


def told(capsys, *arguments):
    code = main(["data", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def two_bad_rows(tmp_path):
    """A copy of the small ViP-LLaVA-Instruct with two rows that cannot be used."""
    copy = shutil.copytree(FIXTURES / "vip_llava_instruct", tmp_path / "vip")
    file = copy / "vip-llava_stage2_mix.json"
    rows = json.loads(file.read_text())
    rows[3]["image"] = "none.jpg"
    rows[7]["bboxes"].pop()
    file.write_text(json.dumps(rows))
    return [str(file), "--format", "vip_llava_instruct"]


def test_good_data_is_counted(capsys):
    code, out, _ = told(capsys, "check", *VCR)
    assert code == 0
    assert "2 of 2 rows are good" in out
    assert "4 turns: reasoning 2" in out


def test_every_bad_row_is_told_with_its_reason(capsys, two_bad_rows):
    code, out, err = told(capsys, "check", *two_bad_rows)
    assert code == 1
    assert f"{two_bad_rows[0]}, row 4: there is no image 'none.jpg'" in out
    assert ", row 8: four boxes are expected" in out
    assert "2 of 10 rows are bad" in err


def test_checking_gives_json(capsys, two_bad_rows):
    code, out, _ = told(capsys, "check", "--json", *two_bad_rows)
    record = json.loads(out)
    assert code == 1
    assert (record["rows"], record["good"], len(record["bad"])) == (10, 8, 2)
    assert record["format"] == "vip_llava_instruct"


def test_only_the_first_rows_are_checked_if_asked(capsys, two_bad_rows):
    code, out, _ = told(capsys, "check", "--limit", "3", *two_bad_rows)
    assert code == 0
    assert "3 of 3 rows" in out


def test_samples_are_shown_on_a_sheet(capsys, tmp_path):
    sheet = tmp_path / "new" / "sheet.png"
    code, out, _ = told(capsys, "show", *VCR, "--seed", "1", "--out", str(sheet))
    assert code == 0
    assert "2 samples on" in out
    assert picture_size(sheet).width > 600


def test_showing_stops_at_a_bad_row_unless_told_to_skip(capsys, two_bad_rows, tmp_path):
    where = ["--out", str(tmp_path / "sheet.png")]
    code, _, err = told(capsys, "show", *two_bad_rows, *where)
    assert code == 1
    assert "row 4" in err
    code, out, _ = told(capsys, "show", "--skip-bad", *two_bad_rows, *where)
    assert code == 0
    assert "2 bad rows were left out" in out


def test_shown_samples_are_told_as_json(capsys, tmp_path):
    where = ["--first", "1", "--num", "1", "--out", str(tmp_path / "sheet.png"), "--json"]
    code, out, _ = told(capsys, "show", *VCR, *where)
    (sample,) = json.loads(out)["samples"]
    assert code == 0
    assert sample["id"] == "val-1"
    assert sample["regions"]["person1"]["kind"] == "polygon"
    assert "point" not in sample["shapes"]


def test_every_format_has_a_card(capsys):
    code, out, _ = told(capsys, "cards")
    assert code == 0
    assert all(f"{name}\n  title: " in out for name in datasets.names())
    code, out, _ = told(capsys, "cards", "vcr", "--json")
    assert json.loads(out)["vcr"]["licence"].startswith("its own")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["check", "none.json", "--format", "llava"], "there is no 'none.json'"),
        (["check", str(FIXTURES), "--format", "refcok"], "did you mean 'refcoco'"),
        (["check", *VCR, "--limit", "0"], "--limit is at least 1"),
        (["show", *VCR, "--num", "0"], "--num is within"),
        (["show", *VCR, "--first", "2"], "--first is within 0..1"),
        (["check", *VCR, "--images", "none"], "no folder of pictures 'none'"),
    ],
)
def test_a_mistake_is_told(capsys, arguments, reason):
    code, _, err = told(capsys, *arguments)
    assert code == 2
    assert reason in err


def test_empty_data_is_no_success(capsys, tmp_path):
    (tmp_path / "a.jsonl").write_text("")
    code, _, err = told(capsys, "check", str(tmp_path / "a.jsonl"), "--format", "regions")
    assert code == 1
    assert "has no rows" in err


def test_marked_conversations_are_exported_and_read_again(capsys, tmp_path):
    out = tmp_path / "out"
    code, told_out, _ = told(capsys, "export", *VCR, "--epochs", "2", "--out", str(out))
    assert code == 0
    assert "4 rows in" in told_out
    rows = datasets.get("llava").open(out / "data.jsonl")
    found = [rows.sample(index) for index in range(len(rows))]
    assert [sample.id for sample in found] == [f"vcr/val-{i}/{e}" for e in (0, 1) for i in (0, 1)]
    assert all("the person " in sample.turns[0].question for sample in found)


def test_bad_rows_of_an_export_are_counted(capsys, tmp_path, two_bad_rows):
    code, _, err = told(capsys, "export", *two_bad_rows, "--out", str(tmp_path / "a"))
    assert code == 1
    assert "row 4: there is no image" in err
    out = tmp_path / "b"
    code, printed, _ = told(
        capsys, "export", *two_bad_rows, "--skip-bad", "--json", "--out", str(out)
    )
    assert code == 0
    assert json.loads(printed)["rows"] == 7  # one more is about no picture
    assert len(json.loads((out / "export.json").read_text())["bad"]) == 3


def test_an_export_does_not_write_over_another(capsys, tmp_path):
    for expected in (0, 2):
        code, _, err = told(capsys, "export", *VCR, "--out", str(tmp_path))
        assert code == expected
    assert "is there already" in err


CVAT = str(WRITTEN / "datumaro_cvat/train.xml")


def test_regions_are_converted_and_losses_told(capsys, tmp_path):
    out = tmp_path / "boxes"
    code, printed, _ = told(capsys, "convert", CVAT, str(out), "--to", "voc")
    assert code == 0
    assert printed.splitlines() == [
        f"4 regions of 2 pictures, cvat to voc, in {out}",
        "  a polygon was written as its box: 1 (first one.png, region 2)",
        "  a mask was written as its box: 1 (first one.png, region 3)",
    ]
    assert sorted(path.name for path in out.iterdir()) == ["one.xml", "two.xml"]


def test_a_conversion_is_told_as_json_and_its_format_by_the_ending(capsys, tmp_path):
    out = tmp_path / "rows.jsonl"
    code, printed, _ = told(capsys, "convert", CVAT, str(out), "--json")
    assert code == 0
    record = json.loads(printed)
    assert (record["from"], record["to"], record["regions"]) == ("cvat", "regions", 4)
    assert record["losses"] == record["bad"] == []


def test_bad_rows_of_a_conversion_are_counted(capsys, tmp_path):
    rows = tmp_path / "rows.jsonl"
    good = {
        "image": "a.png",
        "size": [9, 9],
        "regions": {"a": {"kind": "box", "box": [1, 2, 3, 4]}},
    }
    rows.write_text(f'{json.dumps(good)}\n{{"image": "../b.png", "regions": {{}}}}\n')
    out = str(tmp_path / "coco.json")
    code, _, err = told(capsys, "convert", str(rows), out, "--to", "coco")
    assert code == 1
    assert "row 2: the image '../b.png' lies outside" in err
    code, printed, _ = told(capsys, "convert", str(rows), out, "--to", "coco", "--skip-bad")
    assert code == 0
    assert "a region without a label was called 'object': 1" in printed
    assert "1 bad rows were left out" in printed


def test_a_format_that_is_not_told_is_asked_for(capsys, tmp_path):
    code, _, err = told(capsys, "convert", CVAT, str(tmp_path / "x"))
    assert code == 2
    assert "by --to: coco, " in err


def test_formats_are_listed_with_what_they_hold(capsys):
    code, printed, _ = told(capsys, "formats")
    assert code == 0
    assert "yolo: YOLO" in printed
    code, printed, _ = told(capsys, "formats", "--json")
    assert json.loads(printed)["sam"]["kinds"] == ["mask"]
