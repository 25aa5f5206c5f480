"""Exams ask with knowledge as `ask` does."""

import pytest

import deixis as dx
from deixis.core.answer_store import Answers
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.run import RunSettings
from deixis.evals.run_to_folder import called
from tests.ask.test_knowledge_forms import prompt_folder
from tests.evals.conftest import examine


def few(num=3):
    return benchmarks.get("scenes_naming").of(Options(num_pictures=num))


@pytest.fixture
def answers(tmp_path):
    with Answers(tmp_path / "answers.jsonl") as opened:
        yield opened


def examined(answers, **options):
    model = dx.load("tiny:llava", **options)
    return examine(model, few(), answers, RunSettings(limit=3))


def test_what_is_told_is_what_ask_tells(answers):
    model = dx.load("nano", knowledge="told", sources=["truth"])
    benchmark = few()
    ran = examine(model, benchmark, answers, RunSettings(limit=2))
    for row in ran.rows:
        sample = next(one for one in benchmark.samples() if one.key == row.key)
        query = benchmark.question(sample)
        answer = model.ask(query.image, query.text, **query.regions)
        assert (row.sent, row.answer) == (answer.sent.text, answer.text)
        assert row.sent.startswith("Objects in the picture: ")


def test_knowledge_in_another_form_or_from_another_prompt_is_another_question(answers, tmp_path):
    folder = str(prompt_folder(tmp_path / "prompt"))
    plain = examined(answers)
    told = examined(answers, knowledge="told", sources=["truth"])
    infused = examined(answers, knowledge=folder, sources=["truth"])
    assert (plain.num_asked, told.num_asked, infused.num_asked) == (3, 3, 3)
    assert examined(answers, knowledge=folder, sources=["truth"]).num_asked == 0
    names = {called(ran.who) for ran in (plain, told, infused)}
    digest = infused.who["knowledge digest"][:6]
    assert names == {
        "tiny:llava",
        "tiny:llava (knowledge told)",
        f"tiny:llava (knowledge infused {digest})",
    }


def test_the_command_takes_knowledge(tmp_path, capsys):
    from deixis.cli.main import main

    told = ["--knowledge", "told", "--source", "truth", "--pictures", "2", "--limit", "1"]
    code = main(
        ["eval", "run", "scenes_naming", "--model", "tiny:llava", *told, "--out", str(tmp_path)]
    )
    assert code == 0
    assert "knowledge told" in capsys.readouterr().out
