"""Cases are scored by the words that were expected, and refused where they are broken."""

import json
import shutil
from pathlib import Path

import pytest

from deixis.cli.main import main
from deixis.core.errors import SampleError, UsageError
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.benchmarks.cases import case_record

OWN = Path(__file__).parent / "fixtures" / "cases"
WHOLE = json.loads((OWN / "cases.json").read_text())


def opened(tmp_path, **changed):
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({**WHOLE, **changed}))
    shutil.copy(OWN / "scene.png", tmp_path)
    return benchmarks.get("cases").of(Options(data=file))


def first(**changed):
    return [{**WHOLE["cases"][0], **changed}]


@pytest.mark.parametrize(
    ("answer", "right", "exact"),
    [
        ("A crown.", 1, 1),
        ("That is a golden crown, I think", 1, 0),
        ("crown", 1, 1),
        ("a crowned head", 0, 0),
        ("", 0, 0),
    ],
)
def test_any_of_the_expected_words_in_the_answer_is_right(tmp_path, answer, right, exact):
    benchmark = opened(tmp_path)
    sample = next(benchmark.samples())
    assert benchmark.score(sample, answer).numbers == {"right": right, "exact": exact}


def test_a_picture_is_inside_of_the_file_or_beside_it(tmp_path):
    benchmark = opened(tmp_path)
    inside, beside = (benchmark.question(sample).image for sample in benchmark.samples())
    assert inside == beside


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        (first(question="What is {that}?"), "no region for {that}"),
        (first(question="What is it?"), "does not speak of {it}"),
        (first(expected=["…"]), "no expected words"),
        (first(regions={"it": {"kind": "blob"}}), "a region's kind is one of"),
        (first(picture="../scene.png", regions={}, question="?"), "lies outside of"),
        (first(picture="none.png"), "there is no image"),
        (first(other=1), "other"),
        (["words"], "an object"),
    ],
)
def test_a_broken_case_is_told_with_its_row(tmp_path, cases, told):
    benchmark = opened(tmp_path, cases=cases)
    with pytest.raises(SampleError, match="row 1") as refusal:
        [benchmark.question(sample) for sample in benchmark.samples()]
    assert told in str(refusal.value)


def test_an_address_of_a_picture_that_is_no_data_is_never_opened(tmp_path):
    benchmark = opened(tmp_path, pictures={"scene": "http://localhost:1/x.png"})
    with pytest.raises(SampleError, match="no data: URL"):
        benchmark.question(next(benchmark.samples()))


@pytest.mark.parametrize("content", ["[]", "{", '{"deixis": "cases/2", "cases": []}'])
def test_what_is_no_file_of_cases_is_refused(tmp_path, content):
    file = tmp_path / "cases.json"
    file.write_text(content)
    with pytest.raises(UsageError, match=r"cases/1|no file of cases"):
        benchmarks.get("cases").of(Options(data=file))


def test_a_case_that_is_written_is_read_the_same(tmp_path):
    sample = next(opened(tmp_path).samples())
    record = case_record(
        key="1/0",
        picture="scene",
        question=sample.text,
        expected=sample.truth,
        regions={**sample.regions, "unsaid": sample.regions["it"]},
    )
    assert record == WHOLE["cases"][0]


def test_the_command_line_asks_them_by_the_name_of_their_file(tmp_path, capsys):
    file = str(OWN / "cases.json")
    main(["eval", "run", file, "--model", "nano", "--out", str(tmp_path), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert "expected words" in json.dumps(told)
    assert len(list(tmp_path.glob("*/results.jsonl"))) == 1
    twice = ["--data", file, "--model", "nano", "--out", str(tmp_path)]
    assert main(["eval", "run", file, *twice]) == 2
    assert "leave --data out" in capsys.readouterr().err
