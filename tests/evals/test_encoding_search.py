"""The search finds the best encoding within its budget, and confirms it on other questions."""

import pytest

from deixis.core.answer_store import Answers
from deixis.core.errors import UsageError
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.encoding_search import SearchSettings, save_found, search
from deixis.evals.run import Exam

pytestmark = pytest.mark.lab  # it asks about scenes of Things

WAYS = ("said", "dimmed", "cropped", "cropped:beside=true")


@pytest.fixture
def exam(tmp_path, told):
    """An exam of a model that answers by a function of the words."""
    with Answers(tmp_path / "answers.jsonl") as answers:

        def made(answer, *, benchmark="scenes_naming", num=60):
            opened = benchmarks.get(benchmark).of(Options(num_pictures=num))
            truths = {sample.key: sample.truth[0] for sample in opened.samples()}
            model = told(lambda text: answer(text, truths))
            return Exam(model=model, benchmark=opened, answers=answers)

        yield made


def sees_what_is_highlighted(text, truths):
    """Right on dimmed pictures; the truth is told by any of the names, since all are there."""
    return "yes" if "highlighted" in text else "no"


@pytest.fixture
def right_when_dimmed(exam, monkeypatch):
    made = exam(sees_what_is_highlighted)
    kind = type(made.benchmark)
    from deixis.evals.benchmarks import Verdict

    def score(self, sample, answer):
        return Verdict(numbers={"right": float(answer == "yes"), "exact": 0.0}, read=answer)

    monkeypatch.setattr(kind, "score", score)
    return made


def test_the_best_encoding_is_found_and_confirmed_on_other_questions(right_when_dimmed):
    settings = SearchSettings(candidates=WAYS, budget=48, confirm=20)
    found = search(right_when_dimmed, settings)
    assert found.best == "dimmed"
    assert found.confirmed.value == 1.0
    assert found.num_confirmed == 20
    asked = right_when_dimmed.model.vlm.asked
    assert len(asked) == found.num_questions + 2 * 20


def test_the_budget_is_kept_and_shared_by_fewer_in_every_round(right_when_dimmed):
    found = search(right_when_dimmed, SearchSettings(candidates=WAYS, budget=50, confirm=0))
    assert found.num_questions <= 50
    assert [len(one.figures) for one in found.rounds] == [4, 2]
    assert found.rounds[1].num_questions > 2 * found.rounds[0].num_questions
    assert found.confirmed is None


def test_a_second_search_asks_nothing(right_when_dimmed):
    settings = SearchSettings(candidates=WAYS, budget=48, confirm=8)
    first = search(right_when_dimmed, settings)
    again = search(right_when_dimmed, settings)
    assert first.num_questions > 0
    assert again.num_questions == 0
    assert (again.best, again.rounds) == (first.best, first.rounds)


@pytest.mark.long
def test_what_cannot_show_the_questions_is_left_out_and_told(exam):
    made = exam(lambda text, truths: "A", benchmark="scenes_pointing", num=120)
    told = []
    found = search(
        made,
        SearchSettings(candidates=("said", "cropped", "dimmed"), budget=30, confirm=4),
        say=told.append,
    )
    assert [spec for spec, _ in found.left_out] == ["dimmed"]
    assert any("dimmed is left out" in line for line in told)
    assert found.best in ("said", "cropped")


def test_the_baseline_that_wins_needs_no_confirming(right_when_dimmed):
    settings = SearchSettings(candidates=WAYS, budget=48, baseline="dimmed")
    assert search(right_when_dimmed, settings).confirmed is None


def test_a_search_is_written_as_json(right_when_dimmed, tmp_path):
    found = search(right_when_dimmed, SearchSettings(candidates=WAYS, budget=32, confirm=4))
    record = save_found(found, tmp_path / "out")
    assert record["best"] == "dimmed"
    assert (tmp_path / "out" / "search.json").read_text().startswith("{")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"candidates": ("said",)}, "two different encodings"),
        ({"candidates": ("said", "said")}, "two different encodings"),
        ({"budget": 20}, "need a budget of 32 questions"),
        ({"confirm": -1}, "0 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(more, said):
    with pytest.raises(UsageError, match=said):
        SearchSettings(**{"candidates": WAYS, "budget": 48, **more})
