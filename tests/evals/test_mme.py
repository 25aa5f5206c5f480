"""MME: both layouts, its program's reading, and its scores worked by hand."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from deixis.core.errors import SampleError, UsageError
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.benchmarks.mme import (
    COGNITION,
    NUMBERS,
    PERCEPTION,
    SUBTASKS,
    mme_numbers,
    mme_score,
    read_mme,
    with_pairs,
)
from deixis.evals.figures import figures
from tests.evals.test_benchmarks import OWN, rows_of

MME = benchmarks.get("mme")
TWO_LINES = "Is it one? Please answer yes or no.\tYes\nIs it two? Please answer yes or no.\tNo"


def score_of(pictures):
    """The score of pictures, each a subtask and whether its answers are right."""
    sums = np.zeros((len(pictures), len(NUMBERS) + 1))
    for place, (subtask, rights) in enumerate(pictures):
        for is_right in rights:
            told = mme_numbers(subtask, is_right=is_right)
            sums[place] += [*(told[name] for name in NUMBERS), 1.0]
    return float(mme_score(with_pairs(sums).sum(0)))


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("Yes", True),
        ("yes.", True),
        ("  YES, it is", True),
        ("No", False),
        ("no, yes", False),
        ("Not here", False),
        ("None", False),
        ("I know", None),  # the first four letters are "i kn"
        ("know it", False),  # "know" has a no
        ("Oh yes", None),  # "oh y"
        ("A yes", None),
        ("a no", False),
        ("", None),
        ("Answer: yes", None),
    ],
)
def test_an_answer_is_read_by_its_first_four_letters(answer, read):
    assert read_mme(answer) is read


def test_the_score_of_one_subtask_worked_by_hand():
    # three pictures: both right, one right, none: accuracy 3 of 6, both right 1 of 3
    pictures = [("color", (True, True)), ("color", (True, False)), ("color", (False, False))]
    assert score_of(pictures) == pytest.approx(3 / 6 + 1 / 3)


def test_the_scores_of_subtasks_are_added_up_however_many_pictures_they_have():
    pictures = [("color", (True, True))] * 5 + [("color", (False, True))] * 3
    pictures += [("OCR", (True, True)), ("code_reasoning", (False, False))]
    color = (10 + 3) / 16 + 5 / 8
    assert score_of(pictures) == pytest.approx(color + 2 + 0)


def test_wholly_right_is_2000_and_800():
    assert 100 * score_of([(one, (True, True)) for one in PERCEPTION]) == pytest.approx(2000)
    assert 100 * score_of([(one, (True, True)) for one in COGNITION]) == pytest.approx(800)


def test_a_picture_with_one_answer_alone_is_no_pair():
    # the other answer failed: two of three answers are right, of pairs one of one
    assert score_of([("count", (True,)), ("count", (True, True))]) == pytest.approx(3 / 3 + 1 / 1)
    assert score_of([("count", (True,)), ("count", (True, False))]) == pytest.approx(2 / 3 + 0)


@given(
    some.lists(
        some.tuples(some.sampled_from(SUBTASKS), some.tuples(some.booleans(), some.booleans())),
        min_size=1,
        max_size=30,
    )
)
def test_the_score_is_that_of_the_official_sum_subtask_by_subtask(pictures):
    total = 0.0
    for subtask in {name for name, _ in pictures}:
        pairs = [rights for name, rights in pictures if name == subtask]
        answers = [right for rights in pairs for right in rights]
        total += sum(answers) / len(answers) + sum(map(all, pairs)) / len(pairs)
    assert score_of(pictures) == pytest.approx(total)


def test_both_layouts_are_read_with_their_questions_as_they_stand():
    samples = {sample.key: sample for sample in MME.of(Options(data=OWN / "mme")).samples()}
    assert len(samples) == 2 * (14 + 2)
    flat, apart = samples["mme/existence/0001/1"], samples["mme/posters/0002/2"]
    assert flat.text == "Is there a refrigerator in this image? Please answer yes or no."
    assert (flat.truth, flat.picture) == (("yes",), "existence/0001.jpg")
    assert (apart.truth, apart.picture) == (("no",), "posters/images/0002.jpg")
    assert apart.tags == ("posters", "perception")
    assert samples["mme/code_reasoning/0001/1"].tags == ("code_reasoning", "cognition")
    assert {sample.together for sample in samples.values()} == {
        key.rpartition("/")[0] for key in samples
    }


def test_the_report_tells_the_score_of_each_subtask_and_of_perception_and_cognition():
    benchmark = MME.of(Options(data=OWN / "mme"))

    def answer(sample):  # both right of the first picture of a subtask, one right of a second one
        return sample.truth[0] if "/0001/" in sample.key else "Yes."

    rows = rows_of(benchmark, answer)
    found = {(one.part, one.measure): one for one in figures(MME, rows)}
    scores = {part: one.value for (part, name), one in found.items() if name == "MME score"}
    assert scores["count"] == 200.0
    assert scores["posters"] == pytest.approx(100 * (3 / 4 + 1 / 2))
    assert scores["perception"] == pytest.approx(8 * 200 + 2 * 125)
    assert scores["cognition"] == pytest.approx(800)
    assert scores["all"] == pytest.approx(scores["perception"] + scores["cognition"])
    assert figures(MME, rows)[0].measure == "MME score"
    posters = found["posters", "MME score"]
    assert posters.low <= posters.value <= posters.high
    assert found["posters", "accuracy"].value == 75.0


def test_the_folders_above_are_found_too(tmp_path):
    inside = tmp_path / "MME_Benchmark_release_version" / "MME_Benchmark"
    shutil.copytree(OWN / "mme", inside)
    assert len(list(MME.of(Options(data=tmp_path)).samples())) == 32


def test_a_subtask_that_is_missing_is_told_where_it_is_needed(tmp_path):
    shutil.copytree(OWN / "mme", tmp_path / "mme")
    shutil.rmtree(tmp_path / "mme" / "OCR")
    with pytest.raises(
        UsageError, match=r"there is no folder 'OCR' in .*: MME needs a folder each"
    ):
        MME.of(Options(data=tmp_path / "mme"))
    assert list(MME.of(Options(data=tmp_path / "mme", split="cognition")).samples())


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("count/0001.txt", TWO_LINES.replace("Yes", "Maybe"), "a line is a question, a tab"),
        ("count/0001.txt", TWO_LINES.partition("\n")[0], "a picture has 2 questions"),
        ("count/0001.txt", "no tab here\nnor here", "a line is a question, a tab"),
        ("count/0009.txt", TWO_LINES, "row count/0009: it has no 'picture'"),
        ("posters/images/0009.jpg", "", "row posters/0009: it has no 'lines'"),
    ],
)
def test_a_bad_picture_is_named_or_left_out_and_counted(file, text, said, tmp_path):
    shutil.copytree(OWN / "mme", tmp_path / "mme")
    (tmp_path / "mme" / file).write_text(text)
    with pytest.raises(SampleError, match=said):
        list(MME.of(Options(data=tmp_path / "mme")).samples())
    benchmark = MME.of(Options(data=tmp_path / "mme", skips_bad=True))
    assert len(list(benchmark.samples())) in (30, 32)
    assert len(benchmark.bad) == 1


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path):
    shutil.copytree(OWN / "mme", tmp_path / "mme")
    text = TWO_LINES.replace("\n", "\r\n")
    (tmp_path / "mme" / "count" / "0001.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    samples = {one.key: one for one in MME.of(Options(data=tmp_path / "mme")).samples()}
    assert samples["mme/count/0001/1"].text.startswith("Is it one?")
    assert samples["mme/count/0001/2"].truth == ("no",)
