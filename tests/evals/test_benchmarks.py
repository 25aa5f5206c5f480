"""Every benchmark keeps its promises: the contract runs over all names of the catalog."""

import re
from collections import Counter
from pathlib import Path

import pytest

from deixis.core.errors import UnknownNameError, UsageError
from deixis.evals.benchmarks import Options, Verdict, Wanted, benchmarks
from deixis.evals.figures import figures
from deixis.evals.judges import Judged
from deixis.evals.judges.rules import Rules
from deixis.evals.results import Row

FIXTURES = Path(__file__).parent / "fixtures"
SLOT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
NONSENSE = ("", "  \n", "???", "A or B", "I cannot tell.", "cup " * 300, "{first}", "ß∀\x00𝄞")


def opened(name, num_pictures=24):
    data = FIXTURES / name
    if data.is_dir():
        return benchmarks.get(name).of(Options(data=data))
    return benchmarks.get(name).of(Options(num_pictures=num_pictures))


def rows_of(benchmark, answer_of):
    rows = []
    for sample in benchmark.samples():
        answer = answer_of(sample)
        verdict = benchmark.score(sample, answer)
        if isinstance(verdict, Wanted):
            item = Judged(question=verdict.question, truth=verdict.truth, prediction=answer)
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


@pytest.mark.parametrize("name", benchmarks.names())
def test_it_has_samples_with_keys_of_their_own_and_the_same_every_time(name):
    first, again = (list(opened(name).samples()) for _ in range(2))
    assert first
    assert [one.asks for one in first] == [one.asks for one in again]
    assert max(Counter(sample.key for sample in first).values()) == 1


@pytest.mark.parametrize("name", benchmarks.names())
def test_what_is_asked_speaks_of_its_regions_and_they_are_in_the_picture(name):
    benchmark = opened(name)
    for sample in benchmark.samples():
        query = benchmark.question(sample)
        assert set(SLOT.findall(query.text)) == set(query.regions)
        for region in query.regions.values():
            region.within(query.image.size)


@pytest.mark.parametrize("name", benchmarks.names())
def test_the_truth_is_wholly_right_and_nonsense_is_never_an_error(name):
    benchmark = opened(name)
    right = figures(benchmarks.get(name), rows_of(benchmark, lambda sample: sample.truth[0]))
    assert right[0].value > 99.9 or "METEOR" in right[0].measure
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
    with pytest.raises(UsageError, match="leave --data out"):
        benchmarks.get(name).of(Options(data=Path("somewhere")))
    with pytest.raises(UsageError, match="at least 1 picture"):
        benchmarks.get(name).of(Options(num_pictures=0))


def test_a_name_that_is_not_there_gets_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'scenes_naming'"):
        benchmarks.get("scene_naming")


def test_letters_of_the_pointing_twin_are_as_likely():
    samples = list(opened("scenes_pointing", 160).samples())
    counts = Counter(sample.truth[0] for sample in samples)
    assert min(counts[letter] for letter in "ABCD") > 0.1 * len(samples)


def test_yes_and_no_are_as_likely():
    samples = list(opened("scenes_presence", 160).samples())
    assert 0.4 < sum(sample.truth[0] == "yes" for sample in samples) / len(samples) < 0.6


def test_the_reason_is_asked_with_the_right_answer_told():
    samples = list(opened("scenes_reasoning").samples())
    by_group = {}
    for sample in samples:
        by_group.setdefault(sample.together, {})[sample.tags[0]] = sample
    for group in by_group.values():
        answer, reason = group["Q→A"], group["QA→R"]
        right = answer.choices["ABCD".index(answer.truth[0])]
        assert reason.text.startswith(f"{answer.text.partition(chr(10))[0]} {right} Why?")


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


def test_graded_questions_are_of_all_six_capabilities():
    tags = Counter(tag for one in opened("scenes_vip_bench", 80).samples() for tag in one.tags)
    assert set(tags) == {"Rec", "OCR", "Know", "Math", "Rel", "Lang"}
    assert min(tags.values()) >= 4
