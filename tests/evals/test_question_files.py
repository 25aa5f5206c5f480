"""Benchmarks of general questions: published layouts, words, and how bad rows are told."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.figures import figures
from tests.evals.test_benchmarks import OWN, rows_of

SHORT = "Answer the question using a single word or phrase."
BY_LETTER = "Answer with the option's letter from the given choices directly."


def opened(name, **more):
    return benchmarks.get(name).of(Options(data=OWN / name, **more))


def samples_of(name, **more):
    return {sample.key: sample for sample in opened(name, **more).samples()}


def changed(name, tmp_path, file, change):
    """A copy of a benchmark's files with one JSON file changed in place."""
    shutil.copytree(OWN / name, tmp_path / name)
    path = tmp_path / name / file
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
    return Options(data=tmp_path / name)


def figure_of(name, answers, measure="accuracy", part="all"):
    """A figure of these answers, by key; a key that is left out is answered with nothing."""
    rows = rows_of(opened(name), lambda sample: answers.get(sample.key, ""))
    found = figures(benchmarks.get(name), rows)
    return next(one for one in found if (one.measure, one.part) == (measure, part)).value


def test_vqav2_asks_for_a_word_and_knows_the_answers_of_ten_people():
    samples = samples_of("vqav2")
    first = samples["vqav2/val2014/262148000"]
    assert first.text == f"Where is he looking?\n{SHORT}"
    assert first.picture == "COCO_val2014_000000262148.jpg"
    assert first.truth == ("down",) * 7 + ("at table", "table", "skateboard")
    assert Counter(one.tags[0] for one in samples.values()) == {
        "other": 2, "number": 1, "yes/no": 1,
    }  # fmt: skip


def test_vqav2_is_scored_as_papers_submit_and_as_written():
    benchmark = opened("vqav2")
    samples = samples_of("vqav2")

    def told(key, answer):
        verdict = benchmark.score(samples[f"vqav2/val2014/{key}"], answer)
        return verdict.numbers["right"], verdict.numbers["written"]

    assert told(262148000, "Down.") == (1.0, 1.0)
    assert told(262148000, "table") == (pytest.approx(0.3), pytest.approx(0.3))
    assert told(262148001, "spectating") == (pytest.approx(0.9), pytest.approx(0.9))
    assert told(393225000, "Two") == (1.0, 0.0)  # all ten wrote "2": compared letter by letter
    assert told(393225000, "2") == (1.0, 1.0)
    assert told(393225001, "no") == (pytest.approx(0.3), pytest.approx(0.3))


def test_a_part_of_vqav2_is_asked_for_by_its_name():
    with pytest.raises(UnknownNameError, match="did you mean 'val2014'"):
        opened("vqav2", split="val")
    with pytest.raises(UsageError, match="no 'v2_OpenEnded_mscoco_train2014"):
        opened("vqav2", split="train2014")


def test_gqa_is_right_letter_by_letter_but_for_case_and_the_full_stop():
    benchmark, samples = opened("gqa"), samples_of("gqa")
    sample = samples["gqa/201640614"]
    assert sample.text == f"Who is wearing the dress?\n{SHORT}"
    right = {
        said: benchmark.score(sample, said).numbers["right"]
        for said in ("woman", " Woman. ", "WOMAN..", "the woman", "woman!", "women", "")
    }
    assert [said for said, value in right.items() if value] == ["woman", " Woman. ", "WOMAN.."]
    assert [one.tags for one in samples.values()] == [
        ("binary", "verify"), ("open",), ("binary", "choose"),
    ]  # fmt: skip


def test_gqa_is_found_in_the_folder_that_its_archive_makes(tmp_path):
    shutil.copytree(OWN / "gqa" / "images", tmp_path / "images")
    (tmp_path / "questions1.2").mkdir()
    name = "testdev_balanced_questions.json"
    shutil.copy(OWN / "gqa" / name, tmp_path / "questions1.2" / name)
    assert len(list(benchmarks.get("gqa").of(Options(data=tmp_path)).samples())) == 3


def test_textvqa_is_scored_by_its_own_program():
    benchmark, samples = opened("textvqa"), samples_of("textvqa")
    sample = samples["textvqa/34603"]
    # "frank's", "Frank's", "Frank 's" and "the frank's" are one form: six of ten
    assert benchmark.score(sample, "Frank's").numbers["right"] == 1.0
    assert benchmark.score(sample, "franks").numbers["right"] == pytest.approx(0.3)
    assert sample.picture == "0054c91397f2fe05.jpg"
    assert samples["textvqa/34602"].truth[0] == "dakota"


def test_scienceqa_asks_only_what_has_a_picture_with_hint_and_choices():
    samples = samples_of("scienceqa")
    assert list(samples) == ["scienceqa/5", "scienceqa/11"]
    second = samples["scienceqa/11"]
    assert second.text == (
        "Context: In a group of pea plants, some have { tall } stems.\n"
        "What is the expected ratio of offspring?\nA. 0:4\nB. 4:0\nC. 2:2\n" + BY_LETTER
    )
    assert second.truth == ("C",)
    assert second.picture == "11/image.png"
    assert [one.tags for one in samples.values()] == [
        ("social science", "grades 1-6"), ("natural science", "grades 7-12"),
    ]  # fmt: skip
    assert figure_of("scienceqa", {"scienceqa/5": "The answer is A.", "scienceqa/11": "B"}) == 50.0


def test_scienceqa_is_found_in_the_folder_of_its_repository(tmp_path):
    shutil.copytree(OWN / "scienceqa", tmp_path / "sqa")
    (tmp_path / "sqa" / "images").mkdir()
    (tmp_path / "sqa" / "test").rename(tmp_path / "sqa" / "images" / "test")
    benchmark = benchmarks.get("scienceqa").of(Options(data=tmp_path / "sqa"))
    assert [benchmark.question(one).image.size.width for one in benchmark.samples()] == [16, 10]


def test_mm_vet_is_told_by_capability_and_by_what_is_needed_together():
    first, second, third = opened("mm_vet").samples()
    assert first.truth == ("-1 <AND> -5",)
    assert first.text == "What is x in the equation?"
    assert second.tags == ("gen", "know", "rec", "only gen+know+rec")
    assert third.tags == ("rec", "only rec")
    answers = {"mm_vet/v1_0": "it is -5", "mm_vet/v1_2": "A cup"}
    assert figure_of("mm_vet", answers, "grade") == pytest.approx(100 * (0.5 + 0 + 1) / 3)
    assert figure_of("mm_vet", answers, "grade", "rec") == 50.0
    assert figure_of("mm_vet", answers, "grade", "only rec") == 100.0
    assert figure_of("mm_vet", answers, "grade", "only math+ocr") == 50.0


BAD = [
    ("vqav2", "v2_OpenEnded_mscoco_val2014_questions.json",
     lambda value: value["questions"][0].pop("image_id"), "row 262148000: it has no 'image_id'"),
    ("vqav2", "v2_OpenEnded_mscoco_val2014_questions.json",
     lambda value: value["questions"].append(7), "row question 5: a question is an object"),
    ("vqav2", "v2_mscoco_val2014_annotations.json",
     lambda value: value["annotations"].pop(1), "row 262148001: .* has no answers to it"),
    ("vqav2", "v2_mscoco_val2014_annotations.json",
     lambda value: value["annotations"][2]["answers"].pop(), "10 people .* got 9 answers"),
    ("gqa", "testdev_balanced_questions.json",
     lambda value: value["201307251"].update(imageId="../x"), "row 201307251: .*another folder"),
    ("gqa", "testdev_balanced_questions.json",
     lambda value: value["201307251"].update(answer=["no"]), "'answer' is text"),
    ("scienceqa", "problems.json",
     lambda value: value["11"].update(answer=3), "row 11: the answer is one of 2 choices"),
    ("scienceqa", "problems.json",
     lambda value: value["11"].update(image="..\\x.png"), "lies in another folder"),
    ("scienceqa", "problems.json", lambda value: value.pop("5"), "row 5: a question is an object"),
    ("scienceqa", "problems.json",
     lambda value: value["5"].update(grade="first"), "'grade' is grade1 to grade12"),
    ("textvqa", "TextVQA_0.5.1_val.json",
     lambda value: value["data"][1].update(answers="x"), "row 2: 'answers' is a list of texts"),
    ("textvqa", "TextVQA_0.5.1_val.json",
     lambda value: value["data"][0].update(question_id=True), "row 1: 'question_id' is a whole"),
    ("mm_vet", "mm-vet.json",
     lambda value: value["v1_1"].update(capability="rec"), "row v1_1: 'capability' is a list"),
    ("mm_vet", "mm-vet.json",
     lambda value: value["v1_1"].update(imagename="/etc/passwd"), "lies in another folder"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "file", "change", "said"), BAD)
def test_a_bad_row_is_named_or_left_out_and_counted(name, file, change, said, tmp_path):
    options = changed(name, tmp_path, file, change)
    benchmark = benchmarks.get(name).of(options)
    with pytest.raises(SampleError, match=said):
        list(benchmark.samples())
    lenient = benchmarks.get(name).of(replace(options, skips_bad=True))
    assert list(lenient.samples())
    assert len(lenient.bad) == 1


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("vqav2", "val2014/COCO_val2014_000000262148.jpg"),
        ("textvqa", "train_images/003a8ae2ef43b901.jpg"),
        ("mm_vet", "images/v1_0.png"),
        ("pope", "val2014/COCO_val2014_000000310196.jpg"),
        ("mme", "existence/0001.jpg"),
    ],
)
def test_a_picture_that_cannot_be_opened_names_its_row(name, picture, tmp_path):
    shutil.copytree(OWN / name, tmp_path / name)
    (tmp_path / name / picture).write_bytes(b"no picture")
    benchmark = benchmarks.get(name).of(Options(data=tmp_path / name))
    sample = next(one for one in benchmark.samples() if picture.endswith(one.picture))
    with pytest.raises(SampleError, match=r"row .*cannot open .*" + Path(picture).name):
        benchmark.question(sample)


@pytest.mark.parametrize("name", ["gqa", "mm_vet", "mme", "pope", "scienceqa", "textvqa", "vqav2"])
def test_a_folder_that_lacks_something_is_told_what_is_expected(name, tmp_path):
    kind = benchmarks.get(name)
    with pytest.raises(UsageError, match=rf"there is no .*: {kind.about.title} needs "):
        kind.of(Options(data=tmp_path))
    with pytest.raises(UsageError, match="use --limit instead"):
        kind.of(Options(data=OWN / name, num_pictures=3))
    with pytest.raises(UnknownNameError, match="no split of"):
        kind.of(Options(data=OWN / name, split="nowhere"))


@pytest.mark.parametrize("name", ["gqa", "mm_vet", "pope", "textvqa", "vqav2"])
def test_pictures_may_lie_elsewhere(name, tmp_path):
    folders = {"textvqa": "train_images", "vqav2": "val2014", "pope": "val2014"}
    elsewhere = tmp_path / "pictures"
    shutil.copytree(OWN / name / folders.get(name, "images"), elsewhere)
    benchmark = opened(name, images=elsewhere)
    assert benchmark.question(next(iter(benchmark.samples()))).image.size.width > 8
    with pytest.raises(UsageError, match="no folder of pictures"):
        opened(name, images=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "said"),
    [("[1", "is not JSON"), ("[]", "holds an object"), ("[" * 99_999, "is not JSON")],
)
def test_files_of_another_kind_are_refused(content, said, tmp_path):
    for name, file in (("gqa", "testdev_balanced_questions.json"), ("mm_vet", "mm-vet.json")):
        shutil.copytree(OWN / name, tmp_path / name)
        (tmp_path / name / file).write_text(content)
        with pytest.raises(UsageError, match=said):
            benchmarks.get(name).of(Options(data=tmp_path / name))


def test_a_list_that_is_missing_is_told(tmp_path):
    options = changed(
        "textvqa", tmp_path, "TextVQA_0.5.1_val.json", lambda value: value.pop("data")
    )
    with pytest.raises(UsageError, match="an object with a list 'data'"):
        benchmarks.get("textvqa").of(options)
