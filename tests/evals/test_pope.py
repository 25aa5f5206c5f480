"""POPE: the three parts, and its numbers from tables worked by hand."""

import shutil
from collections import Counter

import pytest

from deixis.core.errors import SampleError
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.figures import figures
from tests.evals.test_benchmarks import OWN, rows_of

POPE = benchmarks.get("pope")


def told(answer, **more):
    rows = rows_of(POPE.of(Options(data=OWN / "pope", **more)), answer)
    return {(one.part, one.measure): one.value for one in figures(POPE, rows)}


def test_each_part_asks_the_same_of_the_same_pictures():
    samples = list(POPE.of(Options(data=OWN / "pope")).samples())
    assert samples[0].text == (
        "Is there a snowboard in the image?\nAnswer the question using a single word or phrase."
    )
    assert Counter(sample.tags for sample in samples) == {
        ("random",): 4, ("popular",): 4, ("adversarial",): 4,
    }  # fmt: skip
    assert samples[4].key == "pope/popular/1"
    one = list(POPE.of(Options(data=OWN / "pope", split="popular")).samples())
    assert {sample.tags for sample in one} == {("popular",)}


def test_the_table_of_each_part_and_the_means_over_the_parts():
    """Of four questions (two yes) each: random all right, popular one yes missed and one decoy
    taken, adversarial both yes found and both decoys taken.
    """

    def answer(sample):
        number, part = int(sample.key.rpartition("/")[2]), sample.tags[0]
        if part == "random":
            return sample.truth[0]
        if part == "popular":
            return {1: "Yes.", 2: "Yes, there is.", 3: "No", 4: "There is not."}[number]
        return "Yes"

    found = told(answer)
    tables = {"random": (2, 0, 2, 0), "popular": (1, 1, 1, 1), "adversarial": (2, 2, 0, 0)}
    means = Counter()
    for part, (hits, false_alarms, rejections, misses) in tables.items():
        precision, recall = hits / (hits + false_alarms), hits / (hits + misses)
        numbers = {
            "accuracy": (hits + rejections) / 4,
            "precision": precision,
            "recall": recall,
            "F1": 2 * precision * recall / (precision + recall),
            "says yes": (hits + false_alarms) / 4,
        }
        for name, value in numbers.items():
            assert found[part, name] == pytest.approx(100 * value)
            means[name] += 100 * value / 3
    assert found["random", "F1"] == 100.0
    assert found["popular", "F1"] == 50.0
    assert found["adversarial", "F1"] == pytest.approx(100 * 2 / 3)
    assert {name: found["all", name] for name in means} == pytest.approx(dict(means))


def test_one_part_alone_is_its_own_mean():
    assert told(lambda sample: sample.truth[0], split="random")["all", "F1"] == 100.0
    assert told(lambda sample: "Yes", split="random")["all", "F1"] == pytest.approx(200 / 3)


def test_a_model_that_never_says_yes_has_no_hits():
    found = told(lambda sample: "No")
    assert [found["all", one] for one in ("F1", "precision", "recall", "says yes")] == [0.0] * 4
    assert found["all", "accuracy"] == 50.0


def test_what_is_no_no_counts_as_yes_as_in_the_official_program():
    assert told(lambda sample: "???")["all", "says yes"] == 100.0


def test_files_may_lie_in_a_folder_of_their_own(tmp_path):
    shutil.copytree(OWN / "pope", tmp_path / "pope")
    (tmp_path / "pope" / "coco").mkdir()
    for file in list((tmp_path / "pope").glob("*.json")):
        file.rename(file.parent / "coco" / file.name)
    assert len(list(POPE.of(Options(data=tmp_path / "pope")).samples())) == 12


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{not json", "row 5: a question is an object, got a str"),
        ('{"question_id": 5, "image": "a.jpg", "text": "?", "label": "maybe"}', "is no or yes"),
        ('{"question_id": 5, "image": "../a.jpg", "text": "?", "label": "no"}', "another folder"),
        ('{"question_id": "x", "image": "a.jpg", "text": "?", "label": "no"}', "a whole number"),
    ],
)
def test_a_bad_line_is_named_or_left_out_and_counted(line, said, tmp_path):
    shutil.copytree(OWN / "pope", tmp_path / "pope")
    file = tmp_path / "pope" / "coco_pope_random.json"
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(SampleError, match=rf"coco_pope_random.json, row 5.*{said}|{said}"):
        list(POPE.of(Options(data=tmp_path / "pope")).samples())
    benchmark = POPE.of(Options(data=tmp_path / "pope", skips_bad=True))
    assert len(list(benchmark.samples())) == 12
    assert len(benchmark.bad) == 1
