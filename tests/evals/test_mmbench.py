"""MMBench: rotations as published and our own, and tables that mean harm."""

import base64
import csv
import shutil

import numpy as np
import pytest

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.evals import picture_tables
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.benchmarks.mmbench import CIRCULAR
from deixis.evals.figures import figures
from tests.evals.test_benchmarks import OWN, rows_of

MMBENCH = benchmarks.get("mmbench")
FILE = "mmbench_dev_20230712.tsv"
BY_LETTER = "Answer with the option's letter from the given choices directly."


def rows_in(file):
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened, delimiter="\t"))


def table(tmp_path, change, name=FILE):
    """A folder with the published table, changed."""
    rows = change(rows_in(OWN / "mmbench" / FILE))
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (tmp_path / name).open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return Options(data=tmp_path)


def unrotated(rows):
    return [row for row in rows if int(row["index"]) < 10**6]


def told(options, answer):
    rows = rows_of(MMBENCH.of(options), answer)
    return {(one.part, one.measure): one.value for one in figures(MMBENCH, rows)}


def test_a_published_row_is_asked_with_its_hint_and_its_choices():
    samples = {one.key: one for one in MMBENCH.of(Options(data=OWN / "mmbench")).samples()}
    assert list(samples) == [
        "mmbench/241/0", "mmbench/252/0", "mmbench/241/1", "mmbench/252/1", "mmbench/252/2",
        "mmbench/252/3",
    ]  # fmt: skip
    assert samples["mmbench/241/1"].text == (
        'The passage below describes an experiment.\nMadelyn "waxed" one snowboard.\n'
        "Identify the question that Madelyn and Tucker's experiment can best answer.\n"
        "A. Is it snowing?\nB. Do they slide farther with wax?\n" + BY_LETTER
    )
    assert samples["mmbench/241/1"].truth == ("B",)
    assert samples["mmbench/252/0"].tags == (
        "attribute_recognition", "finegrained_perception (instance-level)",
    )  # fmt: skip


def test_choices_of_a_file_without_rotations_are_moved_as_the_published_ones_are(tmp_path):
    published = {one.key: one for one in MMBENCH.of(Options(data=OWN / "mmbench")).samples()}
    ours = {one.key: one for one in MMBENCH.of(table(tmp_path, unrotated)).samples()}
    assert set(ours) == set(published)
    for key, sample in ours.items():
        other = published[key]
        assert (sample.text, sample.truth, sample.tags) == (other.text, other.truth, other.tags)


@pytest.mark.parametrize("is_published", [True, False])
def test_a_question_counts_only_if_all_its_rotations_are_right(is_published, tmp_path):
    options = Options(data=OWN / "mmbench") if is_published else table(tmp_path, unrotated)
    # always A: right in one rotation of each question
    found = told(options, lambda sample: "A")
    assert found["all", "circular accuracy"] == 0.0
    assert found["all", "accuracy"] == pytest.approx(100 * 2 / 6)
    assert found["all", "accuracy, unrotated"] == 50.0
    # one question in all its rotations, the other in all but one
    wrong = "mmbench/252/3"
    found = told(options, lambda sample: "" if sample.key == wrong else sample.truth[0])
    assert found["all", "circular accuracy"] == 50.0
    assert found["identity_reasoning", "circular accuracy"] == 100.0
    assert found["attribute_recognition", "circular accuracy"] == 0.0
    assert found["attribute_recognition", "accuracy"] == 75.0


def test_circular_accuracy_of_pictures_worked_by_hand():
    # right answers, their part of a question's rotations, how many were given
    whole, wrong = [4, 1, 4], [3, 1, 4]
    failed = [3, 0.75, 3]  # one of four has no answer: the question is left out
    three = [3, 3 * (1 / 3), 3]
    sums = CIRCULAR.by_picture(np.array([whole, wrong, failed, three], dtype=float))
    assert sums.tolist() == [[1, 1], [0, 1], [0, 0], [1, 1]]
    assert float(CIRCULAR.value(sums.sum(0))) == pytest.approx(2 / 3)


def test_rotated_rows_may_name_the_row_that_has_their_picture():
    benchmark = MMBENCH.of(Options(data=OWN / "mmbench"))
    sizes = {one.key: benchmark.question(one).image.size.width for one in benchmark.samples()}
    assert {key: width for key, width in sizes.items() if "241" in key} == {
        "mmbench/241/0": 14, "mmbench/241/1": 14,
    }  # fmt: skip
    assert sizes["mmbench/252/3"] == 9


def test_the_file_itself_may_be_named_where_there_are_several(tmp_path):
    for name in ("one.tsv", "two.tsv"):
        shutil.copy(OWN / "mmbench" / FILE, tmp_path / name)
    with pytest.raises(
        UsageError, match=r"there is one\.tsv, two\.tsv in .*: MMBench needs one TSV"
    ):
        MMBENCH.of(Options(data=tmp_path))
    assert len(list(MMBENCH.of(Options(data=tmp_path / "two.tsv")).samples())) == 6


def test_a_split_is_a_value_of_its_column():
    assert len(list(MMBENCH.of(Options(data=OWN / "mmbench", split="dev")).samples())) == 6
    with pytest.raises(UnknownNameError, match="did you mean 'dev'"):
        MMBENCH.of(Options(data=OWN / "mmbench", split="de"))


def test_a_part_whose_answers_are_secret_is_refused(tmp_path):
    def without(rows):
        return [{name: cell for name, cell in row.items() if name != "answer"} for row in rows]

    options = table(tmp_path, without)
    with pytest.raises(UsageError, match="has no answers"):
        list(MMBENCH.of(options).samples())


def test_a_table_of_something_else_is_refused(tmp_path):
    (tmp_path / "x.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(UsageError, match=r"x\.tsv has no column index, question, A, B, image"):
        MMBENCH.of(Options(data=tmp_path))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"answer": "E"}, "row 2: one of 4 choices is right, got 'E'"),
        ({"answer": "AB"}, "one of 4 choices is right"),
        ({"answer": ""}, "row 2: 'answer' is text"),
        ({"B": "nan"}, "one of 1 choices is right"),
        ({"index": "x"}, "an index is a whole number"),
        ({"index": "9" * 5000}, "an index is a whole number"),
        ({"question": " "}, "'question' is text"),
    ],
)
def test_a_bad_row_is_named_or_left_out_and_counted(cells, said, tmp_path):
    def change(rows):
        return [rows[0], rows[1] | cells]

    options = table(tmp_path, change)
    with pytest.raises(SampleError, match=said):
        list(MMBENCH.of(options).samples())
    benchmark = MMBENCH.of(Options(data=tmp_path, skips_bad=True))
    assert len(list(benchmark.samples())) == 2
    assert len(benchmark.bad) == 1


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("&" * 80, "base64 is broken"),
        ("A" * 81, "base64 is broken"),
        (base64.b64encode(b"no picture at all" * 9).decode(), "no picture file"),
        ("77", "that of the row '77', which is not there"),
        ("1000252", "base64 is broken|no picture file|truncated"),
        ("", "that of the row '', which is not there"),
    ],
)
def test_a_picture_that_is_none_names_its_row(cell, said, tmp_path):
    def change(rows):
        return [row | {"image": cell} if row["index"] == "252" else row for row in rows]

    benchmark = MMBENCH.of(table(tmp_path, change))
    sample = next(one for one in benchmark.samples() if one.key == "mmbench/252/0")
    with pytest.raises(SampleError, match=rf"row 2: .*({said})"):
        benchmark.question(sample)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\tonly two", "row 1: it has 2 cells, the head has 14"),
        ('1\t"never closed' + f"\n{'x' * 200}" * 5, "row 1: it is longer than 300 bytes"),
        ("x" * 5000, "row 1: it is longer than 300 bytes"),
        ("1\ra\t2", "row 1: the table breaks here: new-line"),
    ],
)
def test_a_table_that_breaks_is_told(text, said, tmp_path, monkeypatch):
    monkeypatch.setattr(picture_tables, "MOST", 300)
    head = (OWN / "mmbench" / FILE).read_text().partition("\n")[0]
    (tmp_path / FILE).write_text(f"{head}\n{text}\n", newline="")
    before = csv.field_size_limit()
    with pytest.raises(SampleError, match=said):
        MMBENCH.of(Options(data=tmp_path))
    assert csv.field_size_limit() == before


def test_a_table_of_other_bytes_is_told(tmp_path):
    head = (OWN / "mmbench" / FILE).read_bytes().partition(b"\n")[0]
    (tmp_path / FILE).write_bytes(head + b"\n\xff\xfe\t\n")
    with pytest.raises(SampleError, match="it is not UTF-8"):
        MMBENCH.of(Options(data=tmp_path))


def test_line_separators_of_unicode_are_letters_of_a_cell(tmp_path):
    def change(rows):
        return [row | {"source": "a\u2028b\x0bc\x85d", "comment": "x" * 70_000} for row in rows]

    read = picture_tables.read_table(table(tmp_path, change).data / FILE)
    assert read.rows[1].cells["source"] == "a\u2028b\x0bc\x85d"
    assert read.cell(read.rows[1], "comment") == "x" * 70_000


def test_long_cells_stay_in_the_file_and_are_found_there(tmp_path):
    long = base64.b64encode(bytes(300_000)).decode()

    def change(rows):
        return [row | {"comment": long} if row["index"] == "252" else row for row in rows]

    read = picture_tables.read_table(table(tmp_path, change).data / FILE)
    assert "comment" not in read.rows[1].cells
    assert read.cell(read.rows[1], "comment") == long
    assert read.cell(read.rows[1], "answer") == "B"
    assert read.cell(read.rows[0], "hint").startswith("The passage")


def test_a_table_with_windows_line_ends_and_a_byte_order_mark_is_read(tmp_path):
    text = (OWN / "mmbench" / FILE).read_text().replace("\n", "\r\n")
    (tmp_path / FILE).write_bytes(b"\xef\xbb\xbf" + text.encode())
    benchmark = MMBENCH.of(Options(data=tmp_path))
    assert [benchmark.question(one).image.size.width for one in benchmark.samples()][:2] == [14, 9]
