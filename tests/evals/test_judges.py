"""Judges: the rules, and a model behind a server whose failures are counted and never scored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from deixis.core.answer_store import Answers
from deixis.core.errors import RemoteError, UsageError
from deixis.evals.asking import RetryPolicy
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.judges import (
    CUE,
    AnswerToGrade,
    ModelJudge,
    Rules,
    prompt,
    read_score,
    share_said,
)
from deixis.evals.run import RunSettings
from deixis.evals.run_to_folder import report_of
from tests.evals.conftest import Told
from tests.evals.conftest import examine as run

pytestmark = pytest.mark.lab  # it asks about scenes of Things

ITEM = AnswerToGrade(
    question="What is it?", truth="cup <AND> red", prediction="a red | thing\nhere"
)


@pytest.fixture
def answers(tmp_path):
    with Answers(tmp_path / "answers.jsonl") as opened:
        yield opened


def text_of(body):
    return body["messages"][-1]["content"][-1]["text"]


@pytest.mark.parametrize(
    ("truth", "prediction", "share"),
    [
        ("cup", "It is a Cup.", 1.0),
        ("cup", "cups", 0.0),
        ("red <AND> cup", "a red thing", 0.5),
        ("red <AND> cup <AND> 3", "three red cups", 2 / 3),
        ("4 <OR> four", "I count four.", 1.0),
        ("a <AND> b", "", 0.0),
        ("cup <OR> mug <AND> red", "the mug", 0.5),
        ("return arrow", "an arrow to return", 0.0),
        ("left", "it is left of it", 1.0),
        ("1,000", "1000 of them", 1.0),
    ],
)
def test_rules_give_each_part_its_share(truth, prediction, share):
    assert share_said(truth, prediction) == pytest.approx(share)


@given(some.text(max_size=30), some.text(max_size=30))
def test_rules_stay_between_nothing_and_all(truth, prediction):
    assert 0 <= share_said(truth, prediction) <= 1


@given(some.lists(some.sampled_from(["cup", "dog", "red", "7"]), min_size=1, unique=True))
def test_the_truth_itself_is_wholly_right(parts):
    assert share_said(" <AND> ".join(parts), f"I see {', '.join(parts)}.") == 1.0


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("0.5", 0.5),
        (" 1.0 ", 1.0),
        ("1", 1.0),
        ("0", 0.0),
        ("**0.7**", 0.7),
        ("| 0.3 |", 0.3),
        ("Correctness: 0.4", 0.4),
        (".5", 0.5),
        ("0.5.", 0.5),
        ("10", None),
        ("1.5", None),
        ("7/10", None),
        ("1 / 10", None),
        ("1 out of 10", None),
        ("0,5", None),
        ("-0.5", None),
        ("I cannot grade this.", None),
        ("", None),
        ("nan", None),
    ],
)
def test_a_score_is_a_number_of_0_to_1_that_begins_the_answer(text, score):
    assert read_score(text) == score


def test_a_score_in_a_judge_s_draft_is_none():
    assert read_score("<think>0.2? It names the cup.</think>\n0.8") == 0.8
    assert read_score("<think>0.2? It names") is None


def test_the_prompt_is_a_table_whose_last_row_is_open():
    lines = prompt(ITEM).splitlines()
    assert lines[-1] == "What is it? | cup <AND> red | a red / thing here |"
    rows = [line for line in lines if line.count(" | ") == 3]
    assert len(rows) == 2 + 7  # the head, its rule, seven examples
    assert len({line.count("|") for line in (*rows, lines[-1])}) == 1


def test_a_judge_behind_a_server_grades_every_answer_as_often_as_told(server, build, answers):
    server.answer = lambda body: server.say(body, text="0.5")
    judge = ModelJudge(build(), answers, runs=3)
    (grade,) = judge.grade([ITEM])
    assert grade.scores == (0.5, 0.5, 0.5)
    assert len(server.bodies) == 3
    assert all(body["temperature"] == 0 and body["max_tokens"] == 8 for body in server.bodies)
    assert judge.name.startswith("openai:tiny@http")
    assert "×3" in judge.name


def test_a_judge_is_never_asked_the_same_twice(server, build, answers):
    server.answer = lambda body: server.say(body, text="0.5")
    for _ in range(2):
        ModelJudge(build(), answers, runs=2).grade([ITEM, ITEM])
    assert len(server.bodies) == 2


def test_nonsense_is_asked_again_with_a_cue_and_then_is_a_failure(server, build, answers):
    server.answer = lambda body: server.say(body, text="I would rather not say")
    (grade,) = ModelJudge(build(), answers).grade([ITEM])
    assert grade.value is None
    assert grade.failures == ("no number: 'I would rather not say'",)
    assert [text_of(body).count(CUE.strip()) for body in server.bodies] == [0, 1, 2]


def test_a_cue_can_help(server, build, answers):
    server.answer = lambda body: server.say(
        body, text="0.8" if CUE.strip() in text_of(body) else "hmm"
    )
    (grade,) = ModelJudge(build(), answers).grade([ITEM])
    assert grade.scores == (0.8,)


def test_a_server_that_fails_is_asked_again_so_often_and_no_more(server, build, answers):
    server.answer = lambda body: server.fail(500)
    retry = RetryPolicy(tries=3, first_wait=0.01, max_failures=9)
    (grade,) = ModelJudge(build(), answers, retry=retry).grade([ITEM])
    assert grade.value is None
    assert grade.failures[0].startswith("server: ")
    assert len(server.bodies) == 3


def test_a_server_that_comes_back_gives_a_score(server, build, answers):
    server.then(server.fail(500), server.fail(502))
    server.answer = lambda body: server.say(body, text="1.0")
    retry = RetryPolicy(tries=3, first_wait=0.01)
    (grade,) = ModelJudge(build(), answers, retry=retry).grade([ITEM])
    assert grade.scores == (1.0,)


def test_a_timeout_and_a_refusal_are_told_apart(server, build, answers):
    refusal = {"message": {"content": None, "refusal": "I can't"}, "finish_reason": "stop"}
    server.then(server.json({"choices": [refusal]}))
    server.answer = lambda body: server.raw(b"", pause=2.0, framing="close")
    judged = build(read_timeout=0.2, concurrency=1)
    retry = RetryPolicy(tries=2, first_wait=0.01, max_failures=9)
    grades = ModelJudge(judged, answers, runs=2, retry=retry).grade([ITEM])
    sorts = [failure.partition(":")[0] for failure in grades[0].failures]
    assert sorted(sorts) == ["refusal", "timeout"]
    assert len(server.bodies) == 3  # a refusal is not asked again


def test_too_many_failures_stop_the_grading(server, build, answers):
    server.answer = lambda body: server.fail(500)
    retry = RetryPolicy(tries=1, max_failures=2)
    judge = ModelJudge(build(concurrency=1), answers, retry=retry)
    items = [AnswerToGrade(question=str(i), truth="a", prediction="b") for i in range(9)]
    with pytest.raises(RemoteError, match="3 failed"):
        judge.grade(items)
    assert len(server.bodies) == 3


def test_a_judge_runs_at_least_once(answers):
    with pytest.raises(UsageError, match="at least once"):
        ModelJudge(Told(lambda text: "1"), answers, runs=0)


def test_vip_bench_end_to_end_with_failures_shown_and_never_scored_as_zero(
    server, build, answers, told
):
    """Timeouts, nonsense, refusals and server errors each come up; what is left is right."""

    def reply(body):
        kind = len(text_of(body).rpartition("\n")[0]) and hash_of(body) % 5
        if kind == 0:
            return server.say(body, text="as an assistant I …")
        if kind == 1:
            return server.fail(500)
        if kind == 2:
            refusal = {"message": {"content": None, "refusal": "no"}, "finish_reason": "stop"}
            return server.json({"choices": [refusal]})
        return server.say(body, text="0.5")

    def hash_of(body):
        row = text_of(body).split(CUE)[0].splitlines()[-1]
        return sum(row.encode())

    server.answer = reply
    benchmark = benchmarks.get("scenes_vip_bench").of(Options(num_pictures=40))
    retry = RetryPolicy(tries=1, first_wait=0.01, max_failures=99)
    judge = ModelJudge(build(), answers, retry=retry)
    settings = RunSettings()
    ran = run(told(lambda text: "it is red"), benchmark, answers, settings, judge=judge)
    found = report_of(
        ran,
        benchmark="scenes_vip_bench",
        options=Options(),
        settings=settings,
        dialect="unit",
        judge=judge.name,
    )
    assert found.counts.ungraded > 5
    assert found.counts.scored > 5
    assert found.counts.scored + found.counts.ungraded == 40
    assert found.headline.value == 50.0
    assert found.headline.num_questions == found.counts.scored
    assert set(found.judge_failures) == {"no number", "server", "refusal"}
    assert sum(found.judge_failures.values()) == found.counts.ungraded
    low, high = found.bounds
    assert low == pytest.approx(50 * found.counts.scored / 40)
    assert high == pytest.approx((50 * found.counts.scored + 100 * found.counts.ungraded) / 40)
    assert judge.name in found.name
    assert json.loads(json.dumps(found.judge_failures)) == found.judge_failures


def test_the_judge_is_part_of_the_results_name(answers, told):
    benchmark = benchmarks.get("scenes_vip_bench").of(Options(num_pictures=4))
    model = told(lambda text: "red", name="mine")
    settings = RunSettings()
    ran = run(model, benchmark, answers, settings, judge=Rules())
    found = report_of(
        ran,
        benchmark="scenes_vip_bench",
        options=Options(),
        settings=settings,
        dialect="unit",
        judge=Rules.name,
    )
    assert found.name == "scenes_vip_bench · mine · said · rules/1"
