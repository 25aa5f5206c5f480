"""Benchmarks of whole pictures: choices scored as answers, numbers as numbers, bad rows."""

import json

import pytest

import deixis as dx
from deixis.core.answer_store import Answers
from deixis.core.errors import SampleError, UsageError
from deixis.evals.benchmarks import Options, Sample, benchmarks
from deixis.evals.benchmarks.task_benchmarks import by_choice
from deixis.evals.run import Exam, RunSettings, of_benchmark, run
from tests.data.tasks.published import published
from tests.evals.conftest import Told

SAMPLE = Sample(
    key="k",
    picture="p",
    text="This is a photo of a",
    truth=("sports car",),
    choices=("car", "sports car", "cat", "dog", "cow", "owl"),
)


@pytest.mark.parametrize(
    ("answer", "right", "top5", "read"),
    [
        ("sports car", 1, 1, "sports car"),
        ("Sports Car.", 1, 1, "sports car"),
        ("cat\nsports car\ndog", 0, 1, "cat"),
        ("a sports car, I think", 1, 1, "sports car"),  # and not the car within it
        ("a cat or a dog", 0, 0, None),
        ("nothing", 0, 0, None),
        ("", 0, 0, None),
        ("category", 0, 0, None),
    ],
)
def test_a_choice_is_the_first_line_or_the_one_that_is_spoken_of(answer, right, top5, read):
    verdict = by_choice(SAMPLE, answer)
    assert verdict.numbers == {"right": right, "top5": top5}
    assert verdict.read == read


@pytest.mark.lab
def test_13_is_not_3():
    count = benchmarks.get("scenes_counting").of(Options(num_pictures=1))
    sample = Sample(key="k", picture="p", text="How many?", truth=("3",))
    right = {said: count.score(sample, said).numbers["right"] for said in ("3", "three", "13")}
    assert right == {"3": 1, "three": 1, "13": 0}


@pytest.mark.lab
def test_the_best_of_the_choices_is_kept_as_the_answer_and_asked_once(tmp_path):
    model = dx.load("tiny:llava")
    benchmark = benchmarks.get("scenes_classification").of(Options(num_pictures=3))
    samples = list(benchmark.samples())
    with Answers(tmp_path / "answers.jsonl") as answers:
        exam = Exam(model=model, benchmark=benchmark, answers=answers)
        ran = run(exam, RunSettings())
        again = run(exam, RunSettings())
    assert (ran.num_asked, again.num_asked) == (3, 0)
    for sample, row in zip(samples, ran.rows, strict=True):
        image = benchmark.question(sample).image
        question = dx.Question(pictures=(image,), text=sample.text)
        scores = model.vlm.answer_logprobs(question, sample.choices)
        best = sorted(scores, key=lambda score: -score.mean)
        assert row.answer.splitlines() == [one.answer for one in best]
        assert row.finish == "scored"
        assert row.numbers["right"] == float(best[0].answer == sample.truth[0])
    (line, *_) = (tmp_path / "answers.jsonl").read_text().splitlines()
    assert json.loads(line)["finish"] == "scored"


@pytest.mark.lab
def test_a_model_without_probabilities_is_asked_for_one_of_them(tmp_path):
    benchmark = benchmarks.get("scenes_classification").of(Options(num_pictures=2))
    (first, _) = samples = list(benchmark.samples())
    model = dx.Model(Told(lambda text: f"It is a {first.truth[0]}."))
    with Answers(tmp_path / "answers.jsonl") as answers:
        ran = run(Exam(model=model, benchmark=benchmark, answers=answers), RunSettings())
    assert ran.rows[0].numbers["right"] == 1
    assert ran.rows[0].sent.endswith(f"Answer with one of these: {', '.join(samples[0].choices)}.")


@pytest.mark.lab
def test_a_corruption_changes_the_pictures_alone():
    clean, worse = (
        benchmarks.get("scenes_counting").of(Options(num_pictures=2, corruption=corruption))
        for corruption in (None, "contrast:5")
    )
    (one, _), (other, _) = list(clean.samples()), list(worse.samples())
    assert one == other
    assert clean.question(one).image != worse.question(other).image


def test_bad_rows_are_named_or_left_out_and_counted(tmp_path):
    data = published(tmp_path)["json_rows"].data
    rows = json.loads((data / "test.json").read_text())
    rows[1]["answer"] = "c"
    (data / "test.json").write_text(json.dumps(rows))
    kind = benchmarks.get("json_rows")
    with pytest.raises(SampleError, match="row 2"):
        list(kind.of(Options(data=data)).samples())
    benchmark = kind.of(Options(data=data, skips_bad=True))
    assert len(list(benchmark.samples())) == 2
    assert len(benchmark.bad) == 1


@pytest.mark.lab
@pytest.mark.parametrize("name", ["scenes_classification", "scenes_counting", "scenes_presence"])
def test_of_a_limit_no_other_picture_is_drawn(name):
    from deixis_lab.parts.benchmarks._scenes import _scene
    from deixis_lab.parts.tasks._scenes import _searched

    benchmark = benchmarks.get(name).of(Options())
    assert benchmark.num_places == 500
    drawn = _scene if name == "scenes_presence" else _searched
    drawn.cache_clear()
    some = {seed: of_benchmark(benchmark, RunSettings(limit=3, seed=seed)) for seed in (0, 1)}
    assert drawn.cache_info().misses == 6
    more = of_benchmark(benchmark, RunSettings(limit=5))
    assert {one.key for one in some[0]} < {one.key for one in more}
    assert {one.key for one in some[0]} != {one.key for one in some[1]}
    places = [int(one.picture.rpartition("/")[2]) for one in more]
    assert places == sorted(places)


def test_of_a_limit_bad_rows_are_left_out_and_others_taken(tmp_path):
    data = published(tmp_path)["json_rows"].data
    rows = json.loads((data / "test.json").read_text())
    (data / "test.json").write_text(json.dumps([rows[0] | {"answer": 3}, *rows[1:]]))
    benchmark = benchmarks.get("json_rows").of(Options(data=data, skips_bad=True))
    total = len(rows)
    assert len(of_benchmark(benchmark, RunSettings(limit=total - 1))) == total - 1
    assert len(list(benchmark.samples())) == total - 1
    assert len(benchmark.bad) == 1


def test_rows_without_choices_are_matched_as_words_or_numbers():
    score = benchmarks.get("json_rows").score
    words = Sample(key="a", picture="p", text="?", truth=("red",))
    number = Sample(key="b", picture="p", text="?", truth=("4",))
    assert score(None, words, "Red.").numbers["right"] == 1
    assert score(None, number, "four").numbers["right"] == 1
    assert score(None, number, "five").numbers["right"] == 0


def test_the_number_of_pictures_is_that_of_the_files(tmp_path):
    data = published(tmp_path)["cifar10"].data
    with pytest.raises(UsageError, match="use --limit instead"):
        benchmarks.get("cifar10").of(Options(data=data, num_pictures=3))
