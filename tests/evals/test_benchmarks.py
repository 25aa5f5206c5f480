"""Every benchmark keeps its promises: the contract runs over all names of the catalog."""

import functools
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.evals.benchmarks import GradeRequest, Options, Verdict, benchmarks
from deixis.evals.figures import figures
from deixis.evals.judges import AnswerToGrade, Rules
from deixis.evals.results import Row
from tests.data.tasks.published import published
from tests.long import each_of

DATA = Path(__file__).parents[1] / "data" / "fixtures"
OWN = Path(__file__).parent / "fixtures"
FILES = {  # small copies of the published files, and a part that they have
    "visual7w": Options(data=DATA / "visual7w"),
    "pointqa_looktwice": Options(data=DATA / "pointqa_looktwice"),
    "vcr": Options(data=DATA / "vcr" / "vcr1annots"),
    "refcocog": Options(data=DATA / "refcoco", split="train"),
    **{
        name: Options(data=OWN / name)
        for name in ("gqa", "mm_vet", "mmbench", "mme", "pope", "scienceqa", "textvqa")
    },
    "cases": Options(data=OWN / "cases" / "cases.json"),
    "vip_bench": Options(data=OWN / "vip_bench"),
    "vqav2": Options(data=OWN / "vqav2"),
}
TASKS = {"picture_folders": "folder"}  # benchmarks of another name than their task
PUBLISHED = [name for name in benchmarks.names() if not name.startswith("scenes_")]
SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
NONSENSE = ("", "  \n", "???", "A or B", "I cannot tell.", "cup " * 300, "{first}", "ß∀\x00𝄞")


@functools.cache
def task_files():
    """Of the benchmarks that ask a task of `data.tasks`; written once."""
    made = published(Path(tempfile.mkdtemp(prefix="deixis-tasks-")))
    return {
        name: Options(data=one.data, split=one.split)
        for name, task in {**{name: name for name in made}, **TASKS}.items()
        for one in [made[task]]
    }


def opened(name, num_pictures=24):
    if name in PUBLISHED and name not in FILES:
        return benchmarks.get(name).of(task_files()[name])
    if name in FILES:
        return benchmarks.get(name).of(FILES[name])
    return benchmarks.get(name).of(Options(num_pictures=num_pictures))


def rows_of(benchmark, answer_of):
    rows = []
    for sample in benchmark.samples():
        answer = answer_of(sample)
        verdict = benchmark.score(sample, answer)
        if isinstance(verdict, GradeRequest):
            item = AnswerToGrade(question=verdict.question, truth=verdict.truth, prediction=answer)
            verdict = Verdict(numbers={"grade": Rules().grade([item])[0].value})
        rows.append(
            Row(
                key=sample.key,
                picture=sample.picture,
                asks=sample.asks,
                truth=sample.truth,
                tags=sample.tags,
                together=sample.together,
                numbers=verdict.numbers,
            )
        )
    return rows


@each_of("name", benchmarks.names(), first=0)
def test_it_has_samples_with_keys_of_their_own_and_the_same_every_time(name):
    first, again = (list(opened(name).samples()) for _ in range(2))
    assert first
    assert [one.asks for one in first] == [one.asks for one in again]
    assert max(Counter(sample.key for sample in first).values()) == 1


@each_of("name", benchmarks.names(), first=1)
def test_what_is_asked_speaks_of_its_regions_and_they_are_in_the_picture(name):
    benchmark = opened(name)
    for sample in benchmark.samples():
        query = benchmark.question(sample)
        assert set(SLOT.findall(query.text)) == set(query.regions)
        for region in query.regions.values():
            region.within(query.image.size)


@each_of("name", benchmarks.names(), first=2)
def test_the_truth_is_wholly_right_and_nonsense_is_never_an_error(name):
    benchmark = opened(name)
    right = figures(benchmarks.get(name), rows_of(benchmark, lambda sample: sample.truth[0]))
    assert right[0].value > 99.9 or "METEOR" in right[0].measure
    assert right[0].num_questions > 0
    for nonsense in NONSENSE:
        wrong = figures(
            benchmarks.get(name), rows_of(benchmark, lambda sample, said=nonsense: said)
        )
        assert wrong[0].value < right[0].value


@pytest.mark.parametrize("name", benchmarks.names())
def test_its_verdicts_hold_the_numbers_of_its_measures(name):
    kind = benchmarks.get(name)
    for row in rows_of(opened(name), lambda sample: "B"):
        assert all(number in row.numbers for one in kind.measures for number in one.numbers)


@pytest.mark.parametrize("name", benchmarks.names())
def test_it_says_what_it_is(name):
    about = benchmarks.get(name).about
    assert all((about.title, about.asks, about.origin, about.licence))
    assert about.guess is None or 0 < about.guess < 1


@pytest.mark.parametrize("name", [n for n in benchmarks.names() if n.startswith("scenes_")])
def test_a_twin_needs_no_files(name):
    with pytest.raises(UsageError, match=r"leave (the data|--data) out"):
        benchmarks.get(name).of(Options(data=Path("somewhere")))
    with pytest.raises(UsageError, match="at least 1 picture"):
        benchmarks.get(name).of(Options(num_pictures=0))


@pytest.mark.parametrize("name", PUBLISHED)
def test_files_that_are_missing_are_told(name, tmp_path):
    with pytest.raises(UsageError, match="needs its files: --data DIR with"):
        benchmarks.get(name).of(Options())
    with pytest.raises(UsageError):
        benchmarks.get(name).of(Options(data=tmp_path))


def test_every_published_benchmark_has_small_files_here():
    assert set(PUBLISHED) == set(FILES) | (set(task_files()) - {"folder"})


def broken(name, tmp_path, file, change):
    """A copy of a benchmark's files with one of them changed."""
    shutil.copytree(FILES[name].data, tmp_path / "data")
    path = tmp_path / "data" / file
    path.write_text(change(path.read_text()))
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('"answer": "left"', '"answer": 3'), "'answer' is text, got 3"),
        (lambda text: text.replace('"v1_2.png"', '"../v1_2.png"'), "lies in another folder"),
        (lambda text: text.replace('"rel"', "7"), "'capability' is a list"),
        (lambda text: text.replace("How is <obj>", "How are <obj>, <obj1>"), "of 2 regions"),
        (lambda text: text.replace("v1_2.png", "v1_9.png"), "no v1_9.json"),
    ],
)
def test_a_bad_row_is_named_or_left_out_and_counted(change, said, tmp_path):
    data = broken("vip_bench", tmp_path, "vip-bench-meta-data.json", change)
    with pytest.raises(SampleError, match=f"row v1_2: .*{said}"):
        list(benchmarks.get("vip_bench").of(Options(data=data)).samples())
    benchmark = benchmarks.get("vip_bench").of(Options(data=data, skips_bad=True))
    assert [sample.key for sample in benchmark.samples()] == [
        "vip_bench/source/v1_0",
        "vip_bench/source/v1_1",
    ]
    assert len(benchmark.bad) == 1


def test_a_bad_row_of_a_data_set_is_left_out_and_counted(tmp_path):
    def change(text):
        return text.replace('"answer_label": 0', '"answer_label": 9', 1)

    data = broken("vcr", tmp_path, "val.jsonl", change)
    options = Options(data=data, images=DATA / "vcr" / "vcr1images", skips_bad=True)
    benchmark = benchmarks.get("vcr").of(options)
    assert len(list(benchmark.samples())) == 2
    assert len(benchmark.bad) == 1


def test_regions_of_vip_bench_are_those_of_the_labels_or_of_the_order():
    first, second, third = opened("vip_bench").samples()
    assert first.text == "What is {obj}?"
    assert {slot: one.kind for slot, one in second.regions.items()} == {
        "obj1": "polygon",
        "obj2": "box",
    }
    assert third.text == "How is {obj} set (in braces)?"
    assert third.regions["obj"].box().xyxy == (3, 4, 11, 13)


@pytest.mark.parametrize("split", ["bbox", "human"])
def test_the_published_pictures_of_vip_bench_are_asked_as_they_are(split):
    options = replace(FILES["vip_bench"], split=split)
    benchmark = benchmarks.get("vip_bench").of(options)
    for sample in benchmark.samples():
        query = benchmark.question(sample)
        assert not query.regions
        assert "the object within the" in query.text
        channel = 0 if split == "bbox" else 1
        assert query.image.pixels[5, 5, channel] == 255


def test_another_split_of_vip_bench_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'bbox'"):
        benchmarks.get("vip_bench").of(replace(FILES["vip_bench"], split="box"))


def test_a_part_without_answers_is_refused():
    options = Options(data=DATA / "vcr" / "vcr1annots", split="test")
    with pytest.raises(UsageError, match="has no answers"):
        list(benchmarks.get("vcr").of(options).samples())


def test_the_reason_in_vcr_speaks_of_all_its_regions():
    samples = {sample.key: sample for sample in opened("vcr").samples()}
    reason = samples["vcr/val-0/QA→R"]
    assert reason.text.startswith(
        "Why is {person2} pointing at {person1}? He is telling {person1} and {person2} that it's "
        "his. Why?"
    )
    assert set(reason.regions) == {"person1", "person2", "tie3"}


def test_the_releases_score_is_told_beside_ours():
    benchmark = opened("visual7w")
    (sample,) = benchmark.samples()
    verdict = benchmark.score(sample, f"The answer is {sample.truth[0]}.")
    assert (verdict.numbers["right"], verdict.numbers["exact"]) == (1.0, 0.0)
    assert benchmark.score(sample, sample.truth[0].lower()).numbers["exact"] == 1.0


def test_a_name_that_is_not_there_gets_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'refcocog'"):
        benchmarks.get("refcoco_g")


@pytest.mark.lab
def test_letters_of_the_pointing_twin_are_as_likely():
    samples = list(opened("scenes_pointing", 160).samples())
    counts = Counter(sample.truth[0] for sample in samples)
    assert min(counts[letter] for letter in "ABCD") > 0.1 * len(samples)


@pytest.mark.lab
def test_yes_and_no_are_as_likely():
    samples = list(opened("scenes_presence", 160).samples())
    assert 0.4 < sum(sample.truth[0] == "yes" for sample in samples) / len(samples) < 0.6


@pytest.mark.lab
def test_the_reason_is_asked_with_the_right_answer_told():
    samples = list(opened("scenes_reasoning").samples())
    by_group = {}
    for sample in samples:
        by_group.setdefault(sample.together, {})[sample.tags[0]] = sample
    for group in by_group.values():
        answer, reason = group["Q→A"], group["QA→R"]
        right = answer.choices["ABCD".index(answer.truth[0])]
        assert reason.text.startswith(f"{answer.text.partition(chr(10))[0]} {right} Why?")


@pytest.mark.lab
def test_both_questions_must_be_right_for_the_headline():
    kind = benchmarks.get("scenes_reasoning")
    benchmark = opened("scenes_reasoning")
    rows = rows_of(
        benchmark, lambda sample: sample.truth[0] if sample.tags[0] == "Q→A" else "nothing"
    )
    found = {(one.part, one.measure): one.value for one in figures(kind, rows)}
    assert found["Q→AR", "accuracy"] == 0.0
    assert found["Q→A", "accuracy"] == 100.0
    assert found["all", "accuracy"] == 50.0


@pytest.mark.lab
def test_graded_questions_are_of_all_six_capabilities():
    tags = Counter(tag for one in opened("scenes_vip_bench", 80).samples() for tag in one.tags)
    assert set(tags) == {"Rec", "OCR", "Know", "Math", "Rel", "Lang"}
    assert min(tags.values()) >= 4
